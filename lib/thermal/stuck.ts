// A sensor that never moves tells nothing: a real one moves by a digit within a day.
import { secondsSince } from '../core/age.ts';
import { isGood, keyOf, type Reading } from './reading.ts';

/** By sensor, what it says and since when. */
export type Steady = Readonly<Record<string, { readonly celsius: number; readonly since: string }>>;

const mostSecondsBetween = 300;

/** The readings, those that stand still for too long marked as stuck; and what to compare the next ones with. */
export function markStuck(
  readings: readonly Reading[],
  before: Steady,
  { at, lastAt, stuckSeconds }: { readonly at: Date; readonly lastAt: Date | undefined; readonly stuckSeconds: number },
): { readings: Reading[]; steady: Steady } {
  const steady: Record<string, Steady[string]> = {};
  // After a pause, or a clock that jumped, two equal samples are no day without a change.
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
