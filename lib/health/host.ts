// The finding of the checks of the host where the kernel's file could not be read.
import type { Finding } from '../contract/check.ts';

export const unreadOfHost = (what: string, unit: string, reason = 'no reason given'): Finding => ({
  subject: 'host',
  level: 'unknown',
  value: null,
  unit,
  message: `${what} is not known: ${reason}`,
  clears_when: `${what} can be read`,
});
