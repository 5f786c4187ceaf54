import { along, type Case, found } from '../case.ts';
import { filesystem } from '../seen.ts';

export const filesystemUsage: readonly Case[] = [
  ...along(
    {
      under: 'filesystem',
      limits: { amber: 80, red: 90 },
      subject: 'data',
      about: '/data',
      clears: 'it is below 80 %',
      given: (used_percent) => ({ filesystems: { data: filesystem({ used_percent }) } }),
    },
    [
      [0, 'green', 'amber', ' 0 %'],
      [79.99, 'green', 'amber', '79.9 %'],
      [80, 'amber', 'amber', ' 80 %'],
      [80.01, 'amber', 'amber', ' 80 %'],
      [89.99, 'amber', 'amber', '89.9 %'],
      [90, 'red', 'red', ' 90 %'],
      [90.01, 'red', 'red', ' 90 %'],
      [100, 'red', 'red', '100 %'],
    ],
  ),
  {
    sees: 'the message shows the space left and the limit',
    given: { filesystems: { data: filesystem({ used_percent: 85, available_bytes: 600_000_000_000 }) } },
    find: {
      data: found('amber', 85, ['limits.filesystem.amber', 80], ['/data is 85 % full, 600 GB left (amber from 80 %)']),
    },
  },
  {
    sees: 'an exception counts for its filesystem and for no other',
    given: {
      filesystems: {
        archive: filesystem({ path: '/mnt/archive', used_percent: 92 }),
        data: filesystem({ used_percent: 92 }),
      },
    },
    limits: { filesystem: { for: { archive: { amber: '95%', red: '98%' } } } },
    find: {
      archive: found(
        'green',
        92,
        ['limits.filesystem.for.archive.amber', 95],
        ['/mnt/archive', '92 %', 'amber from 95 %'],
      ),
      data: found('red', 92, ['limits.filesystem.red', 90], ['/data', 'red from 90 %']),
    },
  },
  ...(
    [
      [94.99, 'green', 'amber', 95],
      [95, 'amber', 'amber', 95],
      [97.99, 'amber', 'amber', 95],
      [98, 'red', 'red', 98],
    ] as const
  ).map(([value, level, decided, limit]): Case => ({
    sees: `a filesystem with limits of its own at ${value} is ${level}`,
    given: { filesystems: { archive: filesystem({ path: '/mnt/archive', used_percent: value }) } },
    limits: { filesystem: { for: { archive: { amber: '95%', red: '98%' } } } },
    find: {
      archive: found(
        level,
        value,
        [`limits.filesystem.for.archive.${decided}`, limit],
        ['/mnt/archive'],
        'it is below 95 %',
      ),
    },
  })),
  {
    sees: 'an exception for the red limit keeps the amber limit',
    given: { filesystems: { data: filesystem({ used_percent: 92 }), full: filesystem({ used_percent: 97 }) } },
    limits: { filesystem: { for: { data: { red: '97%' }, full: { red: '97%' } } } },
    find: {
      data: found('amber', 92, ['limits.filesystem.amber', 80], ['amber from 80 %']),
      full: found('red', 97, ['limits.filesystem.for.full.red', 97], ['red from 97 %'], 'it is below 80 %'),
    },
  },
  {
    sees: 'configured limits replace the defaults',
    given: { filesystems: { data: filesystem({ used_percent: 70 }) } },
    limits: { filesystem: { amber: '60%', red: '70%' } },
    find: { data: found('red', 70, ['limits.filesystem.red', 70], ['red from 70 %']) },
  },
  { sees: 'without a filesystem nothing is found', given: { filesystems: {} }, find: {} },
];
