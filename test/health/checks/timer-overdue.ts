import { along, type Case, found } from '../case.ts';
import { service, timer } from '../seen.ts';

export const timerOverdue: readonly Case[] = [
  ...along(
    {
      under: 'timer',
      limits: { red: 60 },
      subject: 'sync.timer',
      about: 'sync.timer',
      clears: 'it is at or below 1m',
      given: (overdue_seconds) => ({ services: { 'sync.timer': timer(overdue_seconds) } }),
    },
    [
      [0, 'green', 'red', '0s'],
      [1, 'green', 'red', '1s'],
      [59, 'green', 'red', '59s'],
      [60, 'green', 'red', '1m'],
      [61, 'red', 'red'],
      [66, 'red', 'red', '1m 6s'],
      [7200, 'red', 'red', '2h'],
    ],
  ),
  {
    sees: 'a timer that is late says since when',
    given: { services: { 'sync.timer': timer(5400) } },
    find: {
      'sync.timer': found(
        'red',
        5400,
        ['limits.timer.red', 60],
        ['sync.timer should have run at 2026-11-20 07:45 UTC and is late by 1h 30m'],
      ),
    },
  },
  {
    sees: 'a timer that is not late says when it runs next',
    given: { services: { 'sync.timer': timer(0) } },
    find: {
      'sync.timer': found('green', 0, ['limits.timer.red', 60], ['sync.timer runs next at 2026-11-20 07:45 UTC']),
    },
  },
  {
    sees: 'a service, and a timer without a next run, are not judged',
    given: {
      services: {
        'sync.service': service({}),
        'sync.timer': service({ active_state: 'inactive', sub_state: 'dead', triggers: 'sync.service' }),
      },
    },
    find: {},
  },
  {
    sees: 'an exception counts for its timer and for no other',
    given: { services: { 'slow.timer': timer(900), 'sync.timer': timer(900) } },
    limits: { timer: { for: { 'slow.timer': { red: '15min' } } } },
    find: {
      'slow.timer': found('green', 900, ['limits.timer.for.slow.timer.red', 900], ['slow.timer', '15m']),
      'sync.timer': found('red', 900, ['limits.timer.red', 60], ['sync.timer', '15m']),
    },
  },
];
