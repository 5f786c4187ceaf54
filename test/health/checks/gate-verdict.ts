import type { Case } from '../case.ts';
import { gate } from '../seen.ts';

export const gateVerdict: readonly Case[] = [
  {
    sees: 'a gate that passes is green, with what it counted',
    given: { gates: { prune: gate({ counts: { files_checked: 12 } }) } },
    find: {
      prune: { level: 'green', value: 'pass', key: 'gates.prune', limit: 'pass', says: ['prune', '12 files_checked'] },
    },
  },
  {
    sees: 'a gate that fails is red, with its reason',
    given: { gates: { product: gate({ verdict: 'fail', reason: 'two products are missing' }) } },
    find: {
      product: {
        level: 'red',
        value: 'fail',
        key: 'gates.product',
        limit: 'pass',
        says: ['product', 'two products are missing'],
        clears: 'the gate decides again, and passes',
      },
    },
  },
  {
    sees: 'a verdict that nobody understands is unknown, never green',
    given: { gates: { prune: gate({ verdict: 'unknown' }) } },
    find: {
      prune: {
        level: 'unknown',
        value: 'unknown',
        key: 'gates.prune',
        limit: 'pass',
        says: ['prune', 'no verdict'],
        clears: 'the gate decides again, and passes',
      },
    },
  },
];
