// Health as a Nagios plugin tells it: one line, performance data behind a bar, and the exit code.
import type { Answered } from '../contract/stage.ts';
import { levels, worstFirst } from '../core/level.ts';
import type { Health } from './files.ts';

const words = { green: 'OK', amber: 'WARNING', red: 'CRITICAL', unknown: 'UNKNOWN' } as const;

/** A plugin that cannot say is UNKNOWN, whatever kept it from saying. */
export const nagiosFailure = (reason: string): Answered => ({
  text: `OPS-MONITOR UNKNOWN - ${oneText(reason)}`,
  exitCode: 3,
});

export function nagiosLine({ overall_level, counts, observations }: Health): Answered {
  const bad = worstFirst
    .filter((level) => level !== 'green')
    .flatMap((level) => observations.filter((observation) => observation.level === level));
  const says = bad.length === 0 ? `${counts.green} checks are green` : bad.map(({ message }) => message).join('; ');
  const performance = levels.map((level) => `${level}=${counts[level] ?? 0}`).join(' ');
  const line = `OPS-MONITOR ${words[overall_level]} - ${oneText(says)} | ${performance}`;
  return { text: line, exitCode: { green: 0, amber: 1, red: 2, unknown: 3 }[overall_level] };
}

/** A bar or a newline in a message would start performance data or a second part. */
const oneText = (text: string): string => text.replaceAll(/[|\r\n]+/g, ' ');
