import { type Case, found } from '../case.ts';
import { filesystem } from '../seen.ts';

export const filesystemReadonly: readonly Case[] = [
  {
    sees: 'a filesystem that can be written is green',
    given: { filesystems: { data: filesystem({ read_only: false }) } },
    find: { data: found('green', false, ['filesystems.data.read-only', false], ['/data']) },
  },
  {
    sees: 'a filesystem that turned read-only is red, and the message says where it is mounted',
    given: { filesystems: { data: filesystem({ path: '/data/hatpro', read_only: true }) } },
    find: {
      data: found(
        'red',
        true,
        ['filesystems.data.read-only', false],
        ['/data/hatpro', 'read-only', 'at /data'],
        '/data is mounted read-write again',
      ),
    },
  },
  {
    sees: 'a read-only filesystem that may be read-only is green',
    given: { filesystems: { dvd: filesystem({ path: '/dvd', read_only: true, read_only_allowed: true }) } },
    find: { dvd: found('green', true, ['filesystems.dvd.read-only', true], ['/dvd', 'allows']) },
  },
  {
    sees: 'a writable filesystem that may be read-only is green',
    given: { filesystems: { dvd: filesystem({ path: '/dvd', read_only: false, read_only_allowed: true }) } },
    find: { dvd: found('green', false, ['filesystems.dvd.read-only', true], ['/dvd']) },
  },
  {
    sees: 'an allowed read-only filesystem does not allow another',
    given: {
      filesystems: {
        data: filesystem({ read_only: true }),
        dvd: filesystem({ path: '/dvd', read_only: true, read_only_allowed: true }),
      },
    },
    find: {
      data: found('red', true, ['filesystems.data.read-only', false], ['/data']),
      dvd: found('green', true, ['filesystems.dvd.read-only', true], ['/dvd']),
    },
  },
];
