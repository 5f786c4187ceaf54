// Judges a value by ranges in the syntax of the Nagios plugins, for values whose meaning only the user knows.
import { formatBeside } from '../core/quantity.ts';
import { isAlerted, parseRange } from '../parse/perfdata.ts';

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
  const nearest = ranges.amber ?? range;
  return {
    level,
    limit: { value: range, key: `${key}.${decided}` },
    /** `5.5s (red outside 0:5)` */
    shown:
      formatBeside(value, bounds, unit) +
      (range === '' ? '' : ` (${decided} ${sideOf(range)} ${range.replace('@', '')})`),
    clears: `${sideOf(nearest) === 'outside' ? 'within' : 'outside'} ${nearest.replace('@', '')}`,
  } as const;
}

const sideOf = (range: string): 'within' | 'outside' => (range.startsWith('@') ? 'within' : 'outside');
