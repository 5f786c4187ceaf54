// Limits in the configuration: `limits.KEY`, with other values for single subjects under `for`; and a number judged by them.
import type { Finding, LimitDefinition, LimitsUnder } from '../contract/check.ts';
import { type Side, judge } from '../core/band.ts';
import { formatBeside, formatMeasure } from '../core/quantity.ts';

export type Limits<Key extends string> = Readonly<Record<Key, number>> & {
  readonly for: Readonly<Record<string, { readonly [Name in Key]?: number | undefined }>>;
};

export const limitsUnder = <Key extends string>(
  key: string,
  definitions: Record<Key, LimitDefinition>,
): LimitsUnder<Limits<Key>> => ({ key, definitions });

interface Judged<Key extends string> {
  readonly subject: string;
  readonly value: number;
  readonly unit: string;
  readonly limits: Limits<Key>;
  readonly under: string;
  readonly side: Side;
  /** What the value is, as a sentence begins: `/data is`. */
  readonly says: string;
  /** What stands behind the value: `full`. */
  readonly after?: string;
}

/** Seen without its names: a check may have either limit, or both. */
type Pair = { readonly amber?: number | undefined; readonly red?: number | undefined };

/** How a limit is named beside a value, by the level that decided. */
const sideWords = (side: Side, decided: 'amber' | 'red'): string =>
  side === 'at or below, red below' ? (decided === 'amber' ? 'at or below' : 'below') : side;
const clearWords: Record<Side, string> = {
  from: 'below',
  above: 'at or below',
  below: 'at or above',
  'at or below, red below': 'above',
};

/** The finding on a number that has an amber limit, a red one, or both. */
export function judgeNumber<Key extends 'amber' | 'red'>(judged: Judged<Key>): Finding {
  const { subject, value, unit, limits, under, side, says, after = '' } = judged;
  const own: Pair = limits.for[subject] ?? {};
  const { amber, red }: Pair = { ...(limits as Pair), ...own };
  const { level, decided } = judge(value, { amber, red }, side);
  const isOwn = own[decided] !== undefined;
  const limit = (decided === 'amber' ? amber : red) ?? Number.NaN;
  const bound = formatMeasure(limit, unit);
  // Cutting off digits hides how far above a limit a value is; below one, it does not.
  const shown =
    side === 'above' || side === 'at or below, red below'
      ? formatBeside(value, limit, unit)
      : formatMeasure(value, unit);
  return {
    subject,
    level,
    value,
    unit,
    limit: { value: limit, key: `limits.${under}${isOwn ? `.for.${subject}` : ''}.${decided}` },
    message: `${says} ${shown}${after} (${decided} ${sideWords(side, decided)} ${bound})`,
    ...(level === 'green' ? {} : { clears_when: `it is ${clearWords[side]} ${formatMeasure(amber ?? limit, unit)}` }),
  };
}
