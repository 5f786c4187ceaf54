// Health as output of a Nagios plugin: a short status line with performance data behind a bar, one line for each observation
// that is not green, and the exit code.
import type { PrintedResult } from '../contract/stage.ts';
import { escapeForNagios } from '../core/harmless.ts';
import { levels, worstFirst } from '../core/level.ts';
import { firstLine } from '../core/text.ts';
import { dependentsInWords, foldFindings } from '../engine/findings.ts';
import type { Health } from './files.ts';

const words = { green: 'OK', amber: 'WARNING', red: 'CRITICAL', unknown: 'UNKNOWN' } as const;

/** A plugin that fails for any reason is UNKNOWN. */
export const nagiosFailure = (reason: string): PrintedResult => ({
  text: `OPS-MONITOR UNKNOWN - ${escapeForNagios(reason)}`,
  exitCode: 3,
});

export function nagiosAnswer({ overall_level, counts, observations }: Health): PrintedResult {
  const bad = foldFindings(observations).flatMap((folded) => {
    const words = dependentsInWords(folded);
    const ids = folded.dependents.map(({ id }) => id).join(', ');
    const also = words === '' ? '' : `; ${words}: ${ids}`;
    // In a stale snapshot every message begins with its age; here the age is shown once.
    return [folded.observation, ...folded.same].map(({ level, id, message, said }, index) =>
      said === undefined
        ? { level, id, message: index === 0 ? `${message}${also}` : message, isNews: index === 0 }
        : { level, id, message: `then: ${said}`, isNews: false },
    );
  });
  const performance = levels.map((level) => `${level}=${counts[level] ?? 0}`).join(' ');
  const line = `OPS-MONITOR ${words[overall_level]} - ${escapeForNagios(statusText(counts, bad))} | ${performance}`;
  return {
    text: [line, ...bad.map(({ level, id, message }) => escapeForNagios(`${level} ${id}: ${message}`))].join('\n'),
    exitCode: { green: 0, amber: 1, red: 2, unknown: 3 }[overall_level],
  };
}

const mostShown = 3;
const mostCharacters = 100;

function statusText(counts: Health['counts'], bad: readonly { message: string; isNews: boolean }[]): string {
  if (bad.length === 0) return `${counts['green']} checks are green`;
  const tally = worstFirst.flatMap((level) => (counts[level] ? [`${counts[level]} ${level}`] : [])).join(', ');
  const news = bad.filter(({ isNews }) => isNews).map(({ message }) => firstLine(message, mostCharacters));
  const more = news.length > mostShown ? [`and ${news.length - mostShown} more`] : [];
  return `${tally}: ${[...news.slice(0, mostShown), ...more].join('; ')}`;
}
