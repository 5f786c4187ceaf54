// How old something is. Every age in the product is worked out here, so that one rule says what comes from the future.

/** An instant as it stands in memory or in a file. */
type Instant = Date | string;

/**
 * Two clocks are never quite the same: a time that lies ahead by no more than this is now. A time further ahead was written
 * by a clock that is wrong.
 */
const clockToleranceSeconds = 300;

const msOf = (time: Instant): number => (typeof time === 'string' ? Date.parse(time) : time.getTime());

/** Seconds from one instant to another, negative where `then` is the later one: Infinity without `then`, NaN where it is no time. */
export const secondsSince = (then: Instant | undefined, now: Instant): number =>
  then === undefined ? Infinity : (msOf(now) - msOf(then)) / 1000;

/** The latest time that is not from the future: for loops over many times. */
export const latestTime = (now: Date): Date => new Date(now.getTime() + clockToleranceSeconds * 1000);

/** An age, which is never negative, or from the future; neither of the two where there is no time. */
export type Age =
  | { readonly seconds: number; readonly aheadSeconds?: undefined }
  | { readonly seconds?: undefined; readonly aheadSeconds: number }
  | { readonly seconds?: undefined; readonly aheadSeconds?: undefined };

export function ageOf(then: Instant | undefined, now: Instant): Age {
  const seconds = secondsSince(then, now);
  if (!Number.isFinite(seconds)) return {};
  return seconds < -clockToleranceSeconds ? { aheadSeconds: -seconds } : { seconds: Math.max(0, seconds) };
}

/** An age that is unknown is as bad as one that is too great. */
export const isStale = ({ seconds }: Age, mostSeconds: number): boolean =>
  seconds === undefined || seconds > mostSeconds;

/**
 * For what is repeated every so many seconds: it was never done, or longer ago. A time in the future does not put it off,
 * within the tolerance either: a clock that was set back would delay it.
 */
export function isDueAgain(last: Instant | undefined, everySeconds: number, now: Instant): boolean {
  const seconds = secondsSince(last, now);
  return !(seconds >= 0 && seconds < everySeconds);
}
