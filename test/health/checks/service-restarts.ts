import { along, type Case, found } from '../case.ts';
import { service } from '../seen.ts';

export const serviceRestarts: readonly Case[] = [
  ...along(
    {
      under: 'restarts',
      limits: { red: 3 },
      subject: 'sync.service',
      about: 'sync.service',
      clears: 'it is below 3',
      given: (recent_restarts) => ({
        services: { 'sync.service': service({ restarts: 100 + recent_restarts, recent_restarts }) },
      }),
    },
    [
      [0, 'green', 'red', ' 0 '],
      [2, 'green', 'red', ' 2 '],
      [3, 'red', 'red', ' 3 '],
      [4, 'red', 'red', ' 4 '],
    ],
  ),
  {
    sees: 'a service that waits for its next restart is judged by all of them, however slow they come',
    given: {
      services: {
        'sync.service': service({
          active_state: 'activating',
          sub_state: 'auto-restart',
          restarts: 3,
          recent_restarts: 0,
        }),
      },
    },
    find: { 'sync.service': found('red', 3, ['limits.restarts.red', 3], ['sync.service', ' 3 ', 'waiting']) },
  },
  {
    sees: 'a service that waits for one of its first restarts is green',
    given: {
      services: { 'sync.service': service({ active_state: 'activating', sub_state: 'auto-restart', restarts: 2 }) },
    },
    find: { 'sync.service': found('green', 2, ['limits.restarts.red', 3], ['sync.service', ' 2 ']) },
  },
  {
    sees: 'the first snapshot and a timer have no finding, because there is no previous count',
    given: { services: { 'sync.service': service({ restarts: 17 }), 'sync.timer': service({}) } },
    find: {},
  },
  {
    sees: 'an exception counts for its unit and for no other',
    given: {
      services: {
        'flaky.service': service({ restarts: 9, recent_restarts: 9 }),
        'sync.service': service({ restarts: 9, recent_restarts: 9 }),
      },
    },
    limits: { restarts: { for: { 'flaky.service': { red: 10 } } } },
    find: {
      'flaky.service': found('green', 9, ['limits.restarts.for.flaky.service.red', 10], ['flaky.service', ' 9 ']),
      'sync.service': found('red', 9, ['limits.restarts.red', 3], ['sync.service', ' 9 ']),
    },
  },
];
