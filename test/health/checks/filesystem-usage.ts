import { along, type Case } from '../case.ts';
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
    sees: 'the message says how much is left, and from where on it is amber',
    given: { filesystems: { data: filesystem({ used_percent: 85, available_bytes: 600_000_000_000 }) } },
    find: {
      data: {
        level: 'amber',
        value: 85,
        key: 'limits.filesystem.amber',
        limit: 80,
        says: ['/data is 85 % full, 600 GB left (amber from 80 %)'],
      },
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
      archive: {
        level: 'green',
        value: 92,
        key: 'limits.filesystem.for.archive.amber',
        limit: 95,
        says: ['/mnt/archive', '92 %', 'amber from 95 %'],
      },
      data: { level: 'red', value: 92, key: 'limits.filesystem.red', limit: 90, says: ['/data', 'red from 90 %'] },
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
      archive: {
        level,
        value,
        key: `limits.filesystem.for.archive.${decided}`,
        limit,
        says: ['/mnt/archive'],
        ...(level === 'green' ? {} : { clears: 'it is below 95 %' }),
      },
    },
  })),
  {
    sees: 'an exception of the red limit alone leaves amber where it is for all',
    given: { filesystems: { data: filesystem({ used_percent: 92 }), full: filesystem({ used_percent: 97 }) } },
    limits: { filesystem: { for: { data: { red: '97%' }, full: { red: '97%' } } } },
    find: {
      data: { level: 'amber', value: 92, key: 'limits.filesystem.amber', limit: 80, says: ['amber from 80 %'] },
      full: {
        level: 'red',
        value: 97,
        key: 'limits.filesystem.for.full.red',
        limit: 97,
        says: ['red from 97 %'],
        clears: 'it is below 80 %',
      },
    },
  },
  {
    sees: 'limits that are configured for all stand in place of the defaults',
    given: { filesystems: { data: filesystem({ used_percent: 70 }) } },
    limits: { filesystem: { amber: '60%', red: '70%' } },
    find: { data: { level: 'red', value: 70, key: 'limits.filesystem.red', limit: 70, says: ['red from 70 %'] } },
  },
  { sees: 'without a filesystem nothing is found', given: { filesystems: {} }, find: {} },
];
