// Where a value stands between an amber and a red limit, and which of the two decided.
import type { Level } from './level.ts';

/** What counts as across a limit: the limit itself and beyond (`from`), or only beyond it (`above`, `below`). A band of
 * amber whose both ends belong to it (from 50 to 52 V) begins at its own limit, and is red only below the other. */
export type Side = 'from' | 'above' | 'below' | 'at or below, red below';

export interface Band {
  readonly level: Level;
  /** The limit that decided; when green, the one that would be crossed first. */
  readonly decided: 'amber' | 'red';
}

export function judge(
  value: number,
  limits: { amber?: number | undefined; red?: number | undefined },
  side: Side,
): Band {
  const across = (limit: number | undefined): boolean =>
    limit !== undefined && (side === 'from' ? value >= limit : side === 'above' ? value > limit : value < limit);
  const isOnAmber = side === 'at or below, red below' && value === limits.amber;
  if (across(limits.red)) return { level: 'red', decided: 'red' };
  if (isOnAmber || across(limits.amber)) return { level: 'amber', decided: 'amber' };
  return { level: 'green', decided: limits.amber === undefined ? 'red' : 'amber' };
}
