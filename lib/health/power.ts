// What three checks say of a quantity of the power supply that is not known.
import type { Finding } from '../contract/check.ts';

export const powerUnknown = (
  what: string,
  problem: string | undefined,
  limit: { readonly unit: string; readonly value: number; readonly key: string },
): Finding => ({
  subject: 'power',
  level: 'unknown',
  value: null,
  unit: limit.unit,
  limit: { value: limit.value, key: limit.key },
  message: `${what} is not known: ${problem ?? 'no reason given'}`,
  clears_when: `a fresh sample tells ${what} again`,
});
