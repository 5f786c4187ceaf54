// Where a value stands between an amber and a red limit, and which of the two decided.
import type { Level } from './level.ts';

/** What counts as across a limit: the limit itself and beyond (`from`), or only beyond it (`above`, `below`). */
export type Side = 'from' | 'above' | 'below';

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
  if (across(limits.red)) return { level: 'red', decided: 'red' };
  if (across(limits.amber)) return { level: 'amber', decided: 'amber' };
  return { level: 'green', decided: limits.amber === undefined ? 'red' : 'amber' };
}
