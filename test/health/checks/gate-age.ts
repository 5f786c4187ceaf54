import { along, type Case, found } from '../case.ts';
import { gate } from '../seen.ts';

export const gateAge: readonly Case[] = [
  ...along(
    {
      under: 'gate',
      limits: { amber: 93_600 },
      subject: 'prune',
      about: 'the verdict of the prune gate',
      clears: 'it is at or below 26h',
      given: (age_seconds) => ({ gates: { prune: gate({ age_seconds }) } }),
    },
    [
      [26 * 3600 - 1, 'green', 'amber', '1d 1h 59m 59s'],
      [26 * 3600, 'green', 'amber'],
      [26 * 3600 + 1, 'amber', 'amber', '1d 2h 1s'],
    ],
  ),
  {
    sees: 'an exception counts for its gate',
    given: { gates: { prune: gate({ age_seconds: 40 * 3600 }) } },
    limits: { gate: { for: { prune: { amber: '2d' } } } },
    find: { prune: found('green', 144_000, ['limits.gate.for.prune.amber', 172_800], ['prune']) },
  },
];
