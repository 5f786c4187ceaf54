import { along, around80And90, type Case, found } from '../case.ts';
import { filesystem } from '../seen.ts';

const archiveLimits = { filesystem: { for: { archive: { amber: '95%', red: '98%' } } } };

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
    [[0, 'green', 'amber', ' 0 %'], ...around80And90, [100, 'red', 'red', '100 %']],
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
    limits: archiveLimits,
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
  ...along(
    {
      under: 'filesystem.for.archive',
      limits: { amber: 95, red: 98 },
      subject: 'archive',
      about: '/mnt/archive',
      clears: 'it is below 95 %',
      given: (used_percent) => ({ filesystems: { archive: filesystem({ path: '/mnt/archive', used_percent }) } }),
    },
    [
      [94.99, 'green', 'amber'],
      [95, 'amber', 'amber'],
      [97.99, 'amber', 'amber'],
      [98, 'red', 'red'],
    ],
  ).map((one) => ({ ...one, limits: archiveLimits })),
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
