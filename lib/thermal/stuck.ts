// Detects flat sensors, whose value has not changed for a day. Most are broken, but a coarse sensor in a cooled room is flat
// too: so a flat sensor keeps its value, and causes a warning.
import { secondsSince } from '../core/age.ts';
import { type Good, isGood, keyOf, type Reading } from './reading.ts';

/** Sensor → its value, and since when it has had that value. */
export type Steady = Readonly<Record<string, { readonly celsius: number; readonly since: string }>>;

const mostSecondsBetween = 300;

/** `flat`: the readings that have not changed for `stuckSeconds`, and since when. `steady` is passed to the next beat. */
export function findFlat(
  readings: readonly Reading[],
  before: Steady,
  { at, lastAt, stuckSeconds }: { readonly at: Date; readonly lastAt: Date | undefined; readonly stuckSeconds: number },
): { flat: Map<Reading, string>; steady: Steady } {
  const steady: Record<string, Steady[string]> = {};
  const flat = new Map<Reading, string>();
  // After a pause or a clock jump, two equal samples do not prove that the value never changed in between.
  const gap = secondsSince(lastAt, at);
  const goesOn = gap >= 0 && gap <= mostSecondsBetween;
  for (const reading of readings.filter((one): one is Good => isGood(one))) {
    const { celsius } = reading;
    const key = keyOf(reading);
    const last = Object.hasOwn(before, key) ? before[key] : undefined;
    const since = goesOn && last?.celsius === celsius ? last.since : at.toISOString();
    steady[key] = { celsius, since };
    if (secondsSince(since, at) >= stuckSeconds) flat.set(reading, since);
  }
  return { flat, steady };
}
