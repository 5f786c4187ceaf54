// The limits that a panel draws: those of a check, with its exceptions for single subjects, or a field of the section itself.
import type { AnyCheck, Side } from '../contract/check.ts';
import type { PanelLimits } from '../contract/section.ts';
import { lastOf } from '../draw/reduce.ts';
import { shortMeasure } from '../draw/words.ts';

export interface LineLimits {
  readonly side: Side;
  readonly amber?: number | undefined;
  readonly red?: number | undefined;
}

export interface LimitSource {
  readonly checks: readonly AnyCheck[];
  /** The configuration's `limits`. */
  readonly configured: Readonly<Record<string, unknown>>;
  /** The newest value of a field of the same subject. */
  readonly newest: (field: string) => number | undefined;
  /** Of the values that are compared with the limits. */
  readonly unit: string;
}

type Levels = { readonly amber?: number; readonly red?: number };

export function limitsFor(
  asked: PanelLimits | undefined,
  subject: string,
  { checks, configured, newest, unit }: LimitSource,
): LineLimits | undefined {
  if (asked === undefined) return undefined;
  if (!('check' in asked)) {
    const value = newest(asked.field);
    // A limit in seconds beside a value in milliseconds.
    const factor = unit === 'ms' && asked.field.endsWith('_seconds') ? 1000 : 1;
    return value === undefined ? undefined : { side: asked.side, [asked.level]: value * factor };
  }
  const definition = checks.find(({ name }) => name === asked.check)?.limits;
  if (!definition) return undefined;
  const all = configured[definition.key] as (Levels & { readonly for?: Readonly<Record<string, Levels>> }) | undefined;
  const own = all?.for && Object.hasOwn(all.for, subject) ? all.for[subject] : undefined;
  const times = asked.times === undefined ? 1 : newest(asked.times);
  if (times === undefined) return undefined;
  const valueOf = (level: keyof Levels): number | undefined => {
    const value = own?.[level] ?? all?.[level];
    return value === undefined ? undefined : value * times;
  };
  return { side: definition.side, amber: valueOf('amber'), red: valueOf('red') };
}

export const newestValue = (times: ArrayLike<number>, values: ArrayLike<number>): number | undefined =>
  lastOf({ times, values })?.[1];

/** Whether greater values are worse. */
export const isUpward = (side: Side): boolean => side === 'from' || side === 'above';

/** Whether a value is beyond the limit of that level. */
export function isBeyond(value: number, level: 'amber' | 'red', limits: LineLimits): boolean {
  const limit = limits[level];
  if (limit === undefined) return false;
  if (limits.side === 'from') return value >= limit;
  if (limits.side === 'above') return value > limit;
  return limits.side === 'at or below' || (limits.side === 'at or below, red below' && level === 'amber')
    ? value <= limit
    : value < limit;
}

/** `red above 1.5 h`, `amber at or below 52 V`. */
export function limitWords(level: 'amber' | 'red', { side, [level]: value = 0 }: LineLimits, unit: string): string {
  const word = side === 'at or below, red below' ? (level === 'amber' ? 'at or below' : 'below') : side;
  return `${level} ${word} ${limitValue(value, unit)}`;
}

/** `3 h`, not `3.0 h`: a limit is exact. */
export const limitValue = (value: number, unit: string): string => shortMeasure(value, unit).replace(/\.0(?= |$)/, '');
