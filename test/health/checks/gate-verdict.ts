import { type Case, found } from '../case.ts';
import { gate } from '../seen.ts';

export const gateVerdict: readonly Case[] = [
  {
    sees: 'a gate that passes is green, with what it counted',
    given: { gates: { prune: gate({ counts: { files_checked: 12 } }) } },
    find: { prune: found('green', 'pass', ['gates.prune', 'pass'], ['prune', '12 files_checked']) },
  },
  {
    sees: 'a gate that fails is red, with its reason',
    given: { gates: { product: gate({ verdict: 'fail', reason: 'two products are missing' }) } },
    find: {
      product: found(
        'red',
        'fail',
        ['gates.product', 'pass'],
        ['product', 'two products are missing'],
        'the gate decides again, and passes',
      ),
    },
  },
  {
    sees: 'a verdict that cannot be understood is unknown, never green',
    given: { gates: { prune: gate({ verdict: 'unknown' }) } },
    find: {
      prune: found(
        'unknown',
        'unknown',
        ['gates.prune', 'pass'],
        ['prune', 'no verdict'],
        'the gate decides again, and passes',
      ),
    },
  },
];
