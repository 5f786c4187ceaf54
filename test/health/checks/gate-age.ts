import { type Case, found } from '../case.ts';
import { gate } from '../seen.ts';

export const gateAge: readonly Case[] = [
  {
    sees: 'a verdict of just under 26 hours is green',
    given: { gates: { prune: gate({ age_seconds: 26 * 3600 - 1 }) } },
    find: { prune: found('green', 93_599, ['limits.gate.amber', 93_600], ['prune']) },
  },
  {
    sees: 'a verdict of exactly 26 hours is green',
    given: { gates: { prune: gate({ age_seconds: 26 * 3600 }) } },
    find: { prune: found('green', 93_600, ['limits.gate.amber', 93_600], ['prune']) },
  },
  {
    sees: 'a verdict of just over 26 hours is amber',
    given: { gates: { prune: gate({ age_seconds: 26 * 3600 + 1 }) } },
    find: { prune: found('amber', 93_601, ['limits.gate.amber', 93_600], ['prune', '93601s'], 'it is at or below 1d') },
  },
  {
    sees: 'an exception counts for its gate',
    given: { gates: { prune: gate({ age_seconds: 40 * 3600 }) } },
    limits: { gate: { for: { prune: { amber: '2d' } } } },
    find: { prune: found('green', 144_000, ['limits.gate.for.prune.amber', 172_800], ['prune']) },
  },
];
