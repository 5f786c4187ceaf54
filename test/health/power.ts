// A case that the three checks of the power supply share.
import { type Case, found } from './case.ts';
import { power } from './seen.ts';

export const staleSample = 'the last sample is 2h old';

export const unknownPower = (
  what: string,
  limit: Parameters<typeof found>[2],
  seen: Parameters<typeof power>[0],
): Case => ({
  sees: `${what} without a fresh sample is unknown, never green, with the reason`,
  given: { power: power(seen) },
  find: {
    power: found('unknown', null, limit, [`${what} is not known`, staleSample], `a fresh sample tells ${what} again`),
  },
});
