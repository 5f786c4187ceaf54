import type { Case } from '../case.ts';
import { gate } from '../seen.ts';

export const gateAge: readonly Case[] = [
  {
    sees: 'a verdict of just under 26 hours is green',
    given: { gates: { prune: gate({ age_seconds: 26 * 3600 - 1 }) } },
    find: { prune: { level: 'green', value: 93_599, key: 'limits.gate.amber', limit: 93_600, says: ['prune'] } },
  },
  {
    sees: 'a verdict of exactly 26 hours is green',
    given: { gates: { prune: gate({ age_seconds: 26 * 3600 }) } },
    find: { prune: { level: 'green', value: 93_600, key: 'limits.gate.amber', limit: 93_600, says: ['prune'] } },
  },
  {
    sees: 'a verdict of just over 26 hours is amber',
    given: { gates: { prune: gate({ age_seconds: 26 * 3600 + 1 }) } },
    find: {
      prune: {
        level: 'amber',
        value: 93_601,
        key: 'limits.gate.amber',
        limit: 93_600,
        says: ['prune', '93601s'],
        clears: 'it is at or below 1d',
      },
    },
  },
  {
    sees: 'an exception counts for its gate',
    given: { gates: { prune: gate({ age_seconds: 40 * 3600 }) } },
    limits: { gate: { for: { prune: { amber: '2d' } } } },
    find: {
      prune: { level: 'green', value: 144_000, key: 'limits.gate.for.prune.amber', limit: 172_800, says: ['prune'] },
    },
  },
];
