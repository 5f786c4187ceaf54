// The finding of the three checks of the power supply: a measurement, or unknown where there is no fresh sample.
import type { Finding } from '../contract/check.ts';
import { unknownFinding } from './unknown.ts';

/** `what` begins the message: `the battery voltage`. */
export function powerFinding(
  what: string,
  value: number | undefined,
  unit: string,
  problem = 'no reason given',
): Finding {
  const subject = 'power';
  if (value !== undefined) return { subject, value, unit, prefix: `${what} is` };
  const unknown = unknownFinding({ subject, unit }, what, problem);
  return { ...unknown, clears_when: `a fresh sample of ${what} is read` };
}
