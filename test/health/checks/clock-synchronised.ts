import { type Case, found } from '../case.ts';

export const clockSynchronised: readonly Case[] = [
  {
    sees: 'a synchronised clock is green, and the message names the source',
    given: { clock: { synchronised: true, told_by: 'systemd-timesyncd' } },
    find: { host: found('green', true, ['', true], ['is synchronised', 'systemd-timesyncd']) },
  },
  {
    sees: 'a clock that is not synchronised is amber',
    given: { clock: { synchronised: false, told_by: 'timedatectl' } },
    find: { host: found('amber', false, ['', true], ['is not synchronised', 'timedatectl']) },
  },
];
