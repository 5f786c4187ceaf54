// Health as a Nagios plugin tells it: one line, performance data behind a bar, and the exit code.
import { levels, worstFirst } from '../core/level.ts';
import type { Health } from './files.ts';

const words = { green: 'OK', amber: 'WARNING', red: 'CRITICAL', unknown: 'UNKNOWN' } as const;

export function nagiosLine({ overall_level, counts, observations }: Health): { text: string; exitCode: number } {
  const bad = worstFirst
    .filter((level) => level !== 'green')
    .flatMap((level) => observations.filter((observation) => observation.level === level));
  const says = bad.length === 0 ? `${counts.green} checks are green` : bad.map(({ message }) => message).join('; ');
  const performance = levels.map((level) => `${level}=${counts[level] ?? 0}`).join(' ');
  // A bar or a newline in a message would start performance data or a second part.
  const line = `OPS-MONITOR ${words[overall_level]} - ${says.replaceAll(/[|\r\n]+/g, ' ')} | ${performance}`;
  return { text: line, exitCode: { green: 0, amber: 1, red: 2, unknown: 3 }[overall_level] };
}
