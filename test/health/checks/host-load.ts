import { type Case, found } from '../case.ts';
import { host } from '../seen.ts';

export const hostLoad: readonly Case[] = [
  ...(
    [
      [0, 'green', 0, ' 0 '],
      [7.99, 'green', 1.9975, ' 1.998 '],
      [8, 'green', 2, ' 2 '],
      [8.01, 'amber', 2.0025],
      [8.4, 'amber', 2.1, ' 2.1 '],
    ] as const
  ).map(([load_5, level, value, printed]): Case => ({
    sees: `a load of ${load_5} on 4 processors is ${level}`,
    given: { host: host({ load_5 }) },
    find: {
      host: found(
        level,
        value,
        ['limits.load.amber', 2],
        [`load of the last 5 minutes is ${load_5} on 4 processors`, ...(printed === undefined ? [] : [printed])],
        'it is at or below 2',
      ),
    },
  })),
  {
    sees: 'the load of the last minute alone is no fault',
    given: { host: host({ load_1: 64 }) },
    find: { host: found('green', 0.125, ['limits.load.amber', 2], ['0.5 on 4']) },
  },
  {
    sees: 'the same load on fewer processors is more',
    given: { host: host({ load_5: 8, cpus: 2 }) },
    find: { host: found('amber', 4, ['limits.load.amber', 2], ['8 on 2 processors']) },
  },
  {
    sees: 'an exception for the host counts',
    given: { host: host({ load_5: 8.4 }) },
    limits: { load: { for: { host: { amber: 2.5 } } } },
    find: { host: found('green', 2.1, ['limits.load.for.host.amber', 2.5], ['2.5']) },
  },
];
