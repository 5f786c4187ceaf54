import { along, type Case, found } from '../case.ts';
import { host } from '../seen.ts';

export const hostMemory: readonly Case[] = [
  ...along(
    {
      under: 'memory',
      limits: { amber: 90 },
      subject: 'host',
      about: 'memory',
      clears: 'it is at or below 90 %',
      given: (memory_used_percent) => ({ host: host({ memory_used_percent }) }),
    },
    [
      [40, 'green', 'amber', ' 40 %'],
      [89.99, 'green', 'amber', '89.99 %'],
      [90, 'green', 'amber', ' 90 %'],
      [90.01, 'amber', 'amber'],
      [90.1, 'amber', 'amber', '90.1 %'],
    ],
  ),
  {
    sees: 'the message says how much memory is left',
    given: { host: host({ memory_used_percent: 95, memory_available_bytes: 800_000_000 }) },
    find: {
      host: found('amber', 95, ['limits.memory.amber', 90], ['memory is 95 % in use, 800 MB left (amber above 90 %)']),
    },
  },
  {
    sees: 'an exception for the host counts',
    given: { host: host({ memory_used_percent: 95 }) },
    limits: { memory: { for: { host: { amber: '97%' } } } },
    find: { host: found('green', 95, ['limits.memory.for.host.amber', 97], ['95 %']) },
  },
];
