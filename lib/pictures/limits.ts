// Words about the limits of a panel, and whether a value is beyond them.
import type { Side } from '../contract/check.ts';
import type { DrawnLimits } from '../engine/limits.ts';
import { shortMeasure } from '../draw/words.ts';

/** Whether greater values are worse. */
export const isUpward = (side: Side): boolean => side === 'from' || side === 'above';

/** Whether a value is beyond the limit of that level. */
export function isBeyond(value: number, level: 'amber' | 'red', limits: DrawnLimits): boolean {
  const limit = limits[level];
  if (limit === undefined) return false;
  if (limits.side === 'from') return value >= limit;
  if (limits.side === 'above') return value > limit;
  return limits.side === 'at or below' || (limits.side === 'at or below, red below' && level === 'amber')
    ? value <= limit
    : value < limit;
}

/** `red above 1.5 h`, `amber at or below 52 V`. */
export function limitWords(level: 'amber' | 'red', { side, [level]: value = 0 }: DrawnLimits, unit: string): string {
  const word = side === 'at or below, red below' ? (level === 'amber' ? 'at or below' : 'below') : side;
  return `${level} ${word} ${limitValue(value, unit)}`;
}

/** `3 h`, not `3.0 h`: a limit is exact. */
export const limitValue = (value: number, unit: string): string => shortMeasure(value, unit).replace(/\.0(?= |$)/, '');
