// Detects sensors whose value never changes: a working one changes by at least a digit within a day.
import { secondsSince } from '../core/age.ts';
import { isGood, keyOf, type Reading } from './reading.ts';

/** Sensor → its value, and since when it has had that value. */
export type Steady = Readonly<Record<string, { readonly celsius: number; readonly since: string }>>;

const mostSecondsBetween = 300;

/** Marks the readings that have not changed for `stuckSeconds`; `steady` is passed to the next beat. */
export function markStuck(
  readings: readonly Reading[],
  before: Steady,
  { at, lastAt, stuckSeconds }: { readonly at: Date; readonly lastAt: Date | undefined; readonly stuckSeconds: number },
): { readings: Reading[]; steady: Steady } {
  const steady: Record<string, Steady[string]> = {};
  // After a pause or a clock jump, two equal samples do not prove that the value never changed in between.
  const gap = secondsSince(lastAt, at);
  const goesOn = gap >= 0 && gap <= mostSecondsBetween;
  const marked = readings.map((reading): Reading => {
    if (!isGood(reading)) return reading;
    const { celsius, ...of } = reading;
    const key = keyOf(of);
    const last = Object.hasOwn(before, key) ? before[key] : undefined;
    const since = goesOn && last?.celsius === celsius ? last.since : at.toISOString();
    steady[key] = { celsius, since };
    const seconds = secondsSince(since, at);
    if (!(seconds >= stuckSeconds)) return reading;
    return { ...of, problem: 'stuck', why: `it has been ${celsius} C since ${since}` };
  });
  return { readings: marked, steady };
}
