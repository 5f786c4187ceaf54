import { defineCheck } from '../define.ts';

export const filesystemInodes = defineCheck({
  name: 'filesystem-inodes',
  summary: 'a filesystem runs out of inodes: no new file can be created, however much space is left',
  needs: ['filesystems'],
  limits: {
    key: 'inodes',
    side: 'from',
    amber: ['percent', '80%', 'from this much of the inodes in use on, a filesystem is amber'],
    red: ['percent', '90%', 'from this much of the inodes in use on, a filesystem is red'],
  },
  assess: ({ filesystems }) =>
    Object.entries(filesystems).flatMap(([subject, { path, inodes_used_percent: value }]) =>
      value === undefined
        ? []
        : { subject, value, unit: 'percent', prefix: `${path} has`, suffix: ' of its inodes in use' },
    ),
});
