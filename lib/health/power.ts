// One quantity of the power supply, as three checks tell it: measured where it is known, and unknown otherwise.
import type { Finding } from '../contract/check.ts';

/** `what` as a sentence begins: `the battery voltage`. */
export function powerFinding(
  what: string,
  value: number | undefined,
  unit: string,
  problem = 'no reason given',
): Finding {
  const subject = 'power';
  if (value !== undefined) return { subject, value, unit, says: `${what} is` };
  const message = `${what} is not known: ${problem}`;
  return { subject, level: 'unknown', value: null, unit, message, clears_when: `a fresh sample tells ${what} again` };
}
