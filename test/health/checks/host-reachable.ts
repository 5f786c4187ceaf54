import type { Case } from '../case.ts';

export const hostReachable: readonly Case[] = [
  {
    sees: 'a machine on which a command ran is green',
    given: { hosts: { source: { address: 'aurora@source', reached: true } } },
    find: {
      source: { level: 'green', value: true, key: 'hosts.source', limit: true, says: ['source', 'aurora@source'] },
    },
  },
  {
    sees: 'a machine that cannot be reached is red, with the reason',
    given: {
      hosts: {
        source: { address: 'aurora@source', reached: false, error: 'source cannot be reached: it refuses our key' },
      },
    },
    find: {
      source: {
        level: 'red',
        value: false,
        key: 'hosts.source',
        limit: true,
        says: ['source', 'refuses our key'],
        clears: 'a command runs on source over ssh again',
      },
    },
  },
];
