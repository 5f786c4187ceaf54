// Computes ages. Every age in the product is computed here, so that one rule decides which times lie in the future.

/** A string is an ISO 8601 time from a file. */
type Instant = Date | string;

/** No two clocks agree exactly: a time up to this far ahead counts as now. A time further ahead comes from a wrong clock. */
const clockToleranceSeconds = 300;

const msOf = (time: Instant): number => (typeof time === 'string' ? Date.parse(time) : time.getTime());

/** Whether a text from a file is an ISO 8601 time with a day and a minute. `Date.parse` alone takes `1` for the year 2001. */
export const isInstant = (text: string): boolean =>
  /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));

/** Seconds from `then` to `now`, negative where `then` is later: Infinity without `then`, NaN where `then` is not a time. */
export const secondsSince = (then: Instant | undefined, now: Instant): number =>
  then === undefined ? Infinity : (msOf(now) - msOf(then)) / 1000;

/** The latest time that does not count as future: for loops over many times. */
export const latestTime = (now: Date): Date => new Date(now.getTime() + clockToleranceSeconds * 1000);

/** `seconds` (never negative), or `aheadSeconds` for a time in the future; neither for a missing or invalid time. */
export type Age =
  | { readonly seconds: number; readonly aheadSeconds?: undefined }
  | { readonly seconds?: undefined; readonly aheadSeconds: number }
  | { readonly seconds?: undefined; readonly aheadSeconds?: undefined };

export function ageOf(then: Instant | undefined, now: Instant): Age {
  const seconds = secondsSince(then, now);
  if (!Number.isFinite(seconds)) return {};
  return seconds < -clockToleranceSeconds ? { aheadSeconds: -seconds } : { seconds: Math.max(0, seconds) };
}

/** A missing, invalid or future time counts as stale. */
export const isStale = ({ seconds }: Age, mostSeconds: number): boolean =>
  seconds === undefined || seconds > mostSeconds;

/** Whether repeated work is due: it was never done, or last done at least `everySeconds` ago. A time in the future
 * makes the work due as well, even within the tolerance: otherwise a clock that was set back would delay it. */
export function isDueAgain(last: Instant | undefined, everySeconds: number, now: Instant): boolean {
  const seconds = secondsSince(last, now);
  return !(seconds >= 0 && seconds < everySeconds);
}

/** Two snapshots further apart than this many intervals have a gap between them: a missed one makes a step of two, a late
 * one less. */
export const gapIntervals = 1.5;
