import { along, type Case, found } from '../case.ts';
import { host } from '../seen.ts';

export const hostOom: readonly Case[] = [
  ...along(
    {
      under: 'oom',
      limits: { red: 1 },
      subject: 'host',
      about: 'killed for want of memory',
      clears: 'it is below 1',
      given: (recent_oom_kills) => ({ host: host({ oom_kills: 40 + recent_oom_kills, recent_oom_kills }) }),
    },
    [
      [0, 'green', 'red', ' 0 processes'],
      [1, 'red', 'red', ' 1 process '],
      [2, 'red', 'red', ' 2 processes'],
    ],
  ),
  {
    sees: 'the first snapshot has no finding, because there is no previous count',
    given: { host: host({ oom_kills: 40 }) },
    find: {},
  },
  {
    sees: 'an exception for the host counts',
    given: { host: host({ recent_oom_kills: 2 }) },
    limits: { oom: { for: { host: { red: 3 } } } },
    find: { host: found('green', 2, ['limits.oom.for.host.red', 3], ['2 processes']) },
  },
];
