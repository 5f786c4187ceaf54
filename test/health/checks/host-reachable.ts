import { type Case, found } from '../case.ts';

export const hostReachable: readonly Case[] = [
  {
    sees: 'a machine on which a command ran is green',
    given: { hosts: { source: { address: 'aurora@source', reached: true } } },
    find: { source: found('green', true, ['hosts.source', true], ['source', 'aurora@source']) },
  },
  {
    sees: 'a machine that cannot be reached is red, with the reason',
    given: {
      hosts: {
        source: { address: 'aurora@source', reached: false, error: 'source cannot be reached: it refuses our key' },
      },
    },
    find: {
      source: found(
        'red',
        false,
        ['hosts.source', true],
        ['source', 'refuses our key'],
        'a command runs on source over ssh again',
      ),
    },
  },
];
