// One quantity of the power supply, as three checks judge it: by its limits where it is known, and unknown otherwise.
import type { Finding } from '../contract/check.ts';
import type { Side } from '../core/band.ts';
import { judgeNumber, type Limits } from './limits.ts';

interface Quantity {
  /** As a sentence begins: `the battery voltage`. */
  readonly what: string;
  readonly value: number | undefined;
  readonly problem: string | undefined;
  readonly unit: string;
  readonly limits: Limits<'amber' | 'red'>;
  readonly under: string;
  readonly side: Side;
}

export function judgePower({ what, value, problem, ...judged }: Quantity): Finding {
  const subject = 'power';
  if (value !== undefined) return judgeNumber({ subject, value, says: `${what} is`, ...judged });
  const { unit, limits, under } = judged;
  return {
    subject,
    level: 'unknown',
    value: null,
    unit,
    limit: { value: limits.red, key: `limits.${under}.red` },
    message: `${what} is not known: ${problem ?? 'no reason given'}`,
    clears_when: `a fresh sample tells ${what} again`,
  };
}
