import type { Case } from '../case.ts';

export const clockSynchronised: readonly Case[] = [
  {
    sees: 'a clock that is synchronised is green, and the message says who says so',
    given: { clock: { synchronised: true, told_by: 'systemd-timesyncd' } },
    find: {
      host: { level: 'green', value: true, key: '', limit: true, says: ['is synchronised', 'systemd-timesyncd'] },
    },
  },
  {
    sees: 'a clock that runs free is amber',
    given: { clock: { synchronised: false, told_by: 'timedatectl' } },
    find: {
      host: { level: 'amber', value: false, key: '', limit: true, says: ['is not synchronised', 'timedatectl'] },
    },
  },
];
