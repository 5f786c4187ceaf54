// The finding of a check where the value that it judges could not be read.
import type { Verdict } from '../contract/check.ts';

/** `what` begins the message: `the battery voltage`. */
export const unknownFinding = (
  { subject, unit }: Pick<Verdict, 'subject' | 'unit'>,
  what: string,
  reason = 'no reason given',
): Verdict => ({
  subject,
  level: 'unknown',
  value: null,
  unit,
  message: `${what} is not known: ${reason}`,
  clears_when: `${what} can be read`,
});
