import { along, around80And90, type Case, found } from '../case.ts';
import { filesystem } from '../seen.ts';

export const filesystemInodes: readonly Case[] = [
  ...along(
    {
      under: 'inodes',
      limits: { amber: 80, red: 90 },
      subject: 'data',
      about: '/data',
      clears: 'it is below 80 %',
      given: (inodes_used_percent) => ({ filesystems: { data: filesystem({ inodes_used_percent }) } }),
    },
    around80And90,
  ),
  {
    sees: 'a filesystem without a fixed number of inodes is not judged by them, and the others are',
    given: {
      filesystems: { archive: filesystem({ path: '/mnt/archive' }), data: filesystem({ inodes_used_percent: 12 }) },
    },
    find: { data: found('green', 12, ['limits.inodes.amber', 80], ['/data', '12 %']) },
  },
  {
    sees: 'an exception for space does not apply to inodes',
    given: { filesystems: { data: filesystem({ inodes_used_percent: 85 }) } },
    limits: { filesystem: { for: { data: { amber: '95%' } } } },
    find: { data: found('amber', 85, ['limits.inodes.amber', 80], ['/data', '85 %']) },
  },
  {
    sees: 'an exception counts for its filesystem',
    given: { filesystems: { data: filesystem({ inodes_used_percent: 85 }) } },
    limits: { inodes: { for: { data: { amber: '86%' } } } },
    find: { data: found('green', 85, ['limits.inodes.for.data.amber', 86], ['/data', '85 %']) },
  },
];
