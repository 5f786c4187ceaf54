import { type Case, found } from '../case.ts';
import { watched } from '../seen.ts';

const running = ['watchdog.services.api', 'running'] as const;
const memory = {
  message: 'api uses 5 GB of resident memory (above 4 GB)',
  value: 5e9,
  unit: 'byte',
  limit: { value: 4e9, key: 'watchdog.services.api.limits.memory' },
  since: '2026-11-20T07:30:00.000Z',
};
const down = {
  message: 'api does not run: inactive',
  value: 'stopped',
  unit: '',
  limit: { value: 'running', key: 'watchdog.services.api' },
  since: '2026-11-20T07:00:00.000Z',
};

export const watchdogAlert: readonly Case[] = [
  {
    sees: 'a service that runs without an alert is green',
    given: { watchdog: { api: watched({}) } },
    find: { api: found('green', 'running', running, ['api runs']) },
  },
  {
    sees: 'an alert about a limit is amber, by that limit',
    given: { watchdog: { api: watched({ alerts: { memory } }) } },
    find: { api: found('amber', 5e9, [memory.limit.key, 4e9], [memory.message]) },
  },
  {
    sees: 'a service that does not run is red, whatever else it has',
    given: { watchdog: { api: watched({ state: 'stopped', reason: 'inactive', alerts: { memory, running: down } }) } },
    find: { api: found('red', 'stopped', running, [down.message]) },
  },
  {
    sees: 'a service that stopped a moment ago is amber until its hold is over, never green',
    given: { watchdog: { api: watched({ state: 'stopped', reason: 'inactive' }) } },
    find: { api: found('amber', 'stopped', running, ['api does not run: inactive']) },
  },
  {
    sees: 'a service of which nothing is known is unknown, never green, also while an alert about a limit goes on',
    given: { watchdog: { api: watched({ state: 'unknown', reason: 'systemctl hangs', alerts: { memory } }) } },
    find: { api: found('unknown', null, running, ['whether api runs is not known: systemctl hangs']) },
  },
  {
    sees: 'a limit that could not be judged is unknown, never green',
    given: { watchdog: { api: watched({ unjudged: { memory: 'EACCES' } }) } },
    find: {
      api: found('unknown', null, ['watchdog.services.api.limits.memory', 'a reading'], ['memory of api', 'EACCES']),
    },
  },
];
