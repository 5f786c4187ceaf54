// Defines a check of the snapshot: `needs` decides which sections `assess` gets.
import type { Check } from '../contract/check.ts';
import type { Readable } from '../snapshot/sections/index.ts';

export const defineCheck = <Need extends keyof Readable>(
  check: Check<Pick<Readable, Need>> & { readonly needs: readonly Need[] },
): Check<Pick<Readable, Need>> => check;
