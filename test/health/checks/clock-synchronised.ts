import { type Case, found } from '../case.ts';

export const clockSynchronised: readonly Case[] = [
  {
    sees: 'a clock that is synchronised is green, and the message says who says so',
    given: { clock: { synchronised: true, told_by: 'systemd-timesyncd' } },
    find: { host: found('green', true, ['', true], ['is synchronised', 'systemd-timesyncd']) },
  },
  {
    sees: 'a clock that runs free is amber',
    given: { clock: { synchronised: false, told_by: 'timedatectl' } },
    find: { host: found('amber', false, ['', true], ['is not synchronised', 'timedatectl']) },
  },
];
