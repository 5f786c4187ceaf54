// Compares a measured value with its limits: level, the limit that decided, message, condition that clears it. Checks, alert
// policies and the temperatures of the thermal heartbeat are all judged here.
import type { Limits, Measured, NumberLimit, Side } from '../contract/check.ts';
import { formatBeside, formatBound } from '../core/quantity.ts';

export interface Judgement {
  readonly level: 'green' | 'amber' | 'red';
  /** The limit that decided; when green, the limit that would be crossed first. */
  readonly limit: NumberLimit;
  /** `/data is 83.2 % full (amber from 80 %)` */
  readonly message: string;
  /** Message without the limit: `/data is 83.2 % full`. */
  readonly shown: string;
  /** Message with the limit but without the level: `/data is 83.2 % full (from 80 %)`. */
  readonly crossed: string;
  /** The condition for green: `it is below 80 %`. */
  readonly clears_when: string;
}

export function isAcross(value: number, side: Side, limit: number): boolean {
  if (side === 'from') return value >= limit;
  if (side === 'above') return value > limit;
  return side === 'at or below' ? value <= limit : value < limit;
}

/** As messages name the levels of a limit. */
export type LevelWords = Readonly<Record<'amber' | 'red', string>>;

const levelNames: LevelWords = { amber: 'amber', red: 'red' };

/** Without any limit a value is green, and `limit` is NaN with an empty key. */
export function judge(
  { value, unit, prefix, suffix = '', note = '' }: Measured,
  limits: Limits,
  words: LevelWords = levelNames,
): Judgement {
  const { side, amber, red } = limits;
  const isBand = side === 'at or below, red below';
  const amberSide = isBand ? 'at or below' : side;
  const isRed = red !== undefined && isAcross(value, side, red.value);
  const isAmber = amber !== undefined && isAcross(value, amberSide, amber.value);
  const decided = isRed || !amber ? 'red' : 'amber';
  const limit = limits[decided] ?? { value: Number.NaN, key: '' };
  const number = formatBeside(
    value,
    [amber, red].flatMap((one) => one?.value ?? []),
    unit,
  );
  const shown = `${prefix} ${number}${suffix}`;
  const sideWords = isBand ? (decided === 'amber' ? amberSide : 'below') : side;
  const bound = `${sideWords} ${formatBound(limit.value, unit)}`;
  return {
    level: isRed ? 'red' : isAmber ? 'amber' : 'green',
    limit,
    message: `${shown} (${words[decided]} ${bound})${note}`,
    shown: `${shown}${note}`,
    crossed: `${shown} (${bound})${note}`,
    clears_when: `it is ${clearWords[side]} ${formatBound((amber ?? limit).value, unit)}`,
  };
}

const clearWords: Record<Side, string> = {
  from: 'below',
  above: 'at or below',
  below: 'at or above',
  'at or below': 'above',
  'at or below, red below': 'above',
};
