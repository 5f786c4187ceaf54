import { along, type Case } from '../case.ts';
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
    find: {
      'sync.service': {
        level: 'red',
        value: 3,
        key: 'limits.restarts.red',
        limit: 3,
        says: ['sync.service', ' 3 ', 'waiting'],
      },
    },
  },
  {
    sees: 'a service that waits for one of its first restarts is green',
    given: {
      services: { 'sync.service': service({ active_state: 'activating', sub_state: 'auto-restart', restarts: 2 }) },
    },
    find: {
      'sync.service': { level: 'green', value: 2, key: 'limits.restarts.red', limit: 3, says: ['sync.service', ' 2 '] },
    },
  },
  {
    sees: 'in the first snapshot, with nothing to compare with, nothing is found; nor is it of a timer',
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
      'flaky.service': {
        level: 'green',
        value: 9,
        key: 'limits.restarts.for.flaky.service.red',
        limit: 10,
        says: ['flaky.service', ' 9 '],
      },
      'sync.service': { level: 'red', value: 9, key: 'limits.restarts.red', limit: 3, says: ['sync.service', ' 9 '] },
    },
  },
];
