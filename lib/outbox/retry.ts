// Back-off and expiry of undelivered entries. Pure, so that it serves entries in files (mails) as well as entries in a
// state in memory (the thermal beat's events).
import { secondsSince } from '../core/age.ts';

/** 30 s, doubled with each attempt, at most 15 minutes. */
export const longestBackOffSeconds = 900;
export const backOffSeconds = (attempts: number): number =>
  Math.min(longestBackOffSeconds, 30 * 2 ** Math.min(attempts, 10));

/** A time more than `longestSeconds` ahead was written before the clock was set back: it delays nothing. */
export function mustWait(until: string | undefined, longestSeconds: number, now: Date): boolean {
  if (until === undefined) return false;
  const seconds = secondsSince(now, until);
  return seconds > 0 && seconds <= longestSeconds;
}

export const hasExpired = (since: string, seconds: number, now: Date): boolean => !(secondsSince(since, now) < seconds);
