import type { Case } from '../case.ts';
import { filesystem } from '../seen.ts';

export const filesystemReadonly: readonly Case[] = [
  {
    sees: 'a filesystem that can be written is green',
    given: { filesystems: { data: filesystem({ read_only: false }) } },
    find: { data: { level: 'green', value: false, key: 'filesystems.data.read-only', limit: false, says: ['/data'] } },
  },
  {
    sees: 'a filesystem that turned read-only is red, and the message says where it is mounted',
    given: { filesystems: { data: filesystem({ path: '/data/hatpro', read_only: true }) } },
    find: {
      data: {
        level: 'red',
        value: true,
        key: 'filesystems.data.read-only',
        limit: false,
        says: ['/data/hatpro', 'read-only', 'at /data'],
        clears: '/data is mounted read-write again',
      },
    },
  },
  {
    sees: 'a filesystem that may be read-only and is, is green',
    given: { filesystems: { dvd: filesystem({ path: '/dvd', read_only: true, read_only_allowed: true }) } },
    find: {
      dvd: { level: 'green', value: true, key: 'filesystems.dvd.read-only', limit: true, says: ['/dvd', 'allows'] },
    },
  },
  {
    sees: 'a filesystem that may be read-only and is not, is green',
    given: { filesystems: { dvd: filesystem({ path: '/dvd', read_only: false, read_only_allowed: true }) } },
    find: { dvd: { level: 'green', value: false, key: 'filesystems.dvd.read-only', limit: true, says: ['/dvd'] } },
  },
  {
    sees: 'that one may be read-only does not allow it to another',
    given: {
      filesystems: {
        data: filesystem({ read_only: true }),
        dvd: filesystem({ path: '/dvd', read_only: true, read_only_allowed: true }),
      },
    },
    find: {
      data: { level: 'red', value: true, key: 'filesystems.data.read-only', limit: false, says: ['/data'] },
      dvd: { level: 'green', value: true, key: 'filesystems.dvd.read-only', limit: true, says: ['/dvd'] },
    },
  },
];
