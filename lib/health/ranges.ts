// Judges a value by ranges in the syntax of the Nagios plugins, for values whose meaning only the user knows.
import { formatBeside, formatBound } from '../core/quantity.ts';
import { isAlerted, parseRange, type Range } from '../parse/perfdata.ts';

export interface Ranges {
  readonly amber?: string | undefined;
  readonly red?: string | undefined;
}

export function judgeRanges(value: number, unit: string, ranges: Ranges, key: string) {
  const isBeyond = (bound: keyof Ranges): boolean => {
    const range = parseRange(ranges[bound] ?? '');
    return range !== undefined && isAlerted(value, range);
  };
  const level = isBeyond('red') ? 'red' : isBeyond('amber') ? 'amber' : 'green';
  const decided = level === 'red' || ranges.amber === undefined ? 'red' : 'amber';
  const range = ranges[decided] ?? '';
  const parsed = parseRange(range);
  const bounds = parsed ? [parsed.from, parsed.to].filter(Number.isFinite) : [];
  const nearest = parseRange(ranges.amber ?? range);
  return {
    level,
    limit: { value: range, key: `${key}.${decided}` },
    /** `5.5s (red above 5s)` */
    shown: formatBeside(value, bounds, unit) + (parsed ? ` (${decided} ${alertedValues(parsed, value, unit)})` : ''),
    clears: nearest ? alertedValues({ ...nearest, alertsInside: !nearest.alertsInside }, value, unit) : '',
  } as const;
}

/** The values that a range alerts on, in words: `above 5s`, `below 10 or above 20`, `from 10 to 20`. The bound 0, which a range
 * has without saying so, is left out beside a value that is not negative. */
function alertedValues({ from, to, alertsInside }: Range, value: number, unit: string): string {
  const lower = Number.isFinite(from) && (from !== 0 || value < 0 || to === Infinity) ? formatBound(from, unit) : '';
  const upper = Number.isFinite(to) ? formatBound(to, unit) : '';
  if (!alertsInside)
    return [lower && `below ${lower}`, upper && `above ${upper}`].filter((side) => side !== '').join(' or ') || 'never';
  if (from === to) return upper;
  if (lower === '') return upper === '' ? 'always' : `at most ${upper}`;
  return upper === '' ? `at least ${lower}` : `from ${lower} to ${upper}`;
}
