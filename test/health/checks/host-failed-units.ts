import { along, type Case, found } from '../case.ts';

export const hostFailedUnits: readonly Case[] = [
  ...along(
    {
      under: 'failed-units',
      limits: { amber: 1 },
      subject: 'host',
      about: 'failed units',
      clears: 'it is below 1',
      given: (failed) => ({ systemd: { failed, failed_units: ['a.service', 'b.mount'].slice(0, failed) } }),
    },
    [
      [0, 'green', 'amber', ' 0 '],
      [1, 'amber', 'amber', ' 1: a.service '],
      [2, 'amber', 'amber', ' 2: a.service, b.mount '],
    ],
  ),
  {
    sees: 'of very many failed units the message names a few',
    given: {
      systemd: { failed: 7, failed_units: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}.service`) },
    },
    find: {
      host: found(
        'amber',
        7,
        ['limits.failed-units.amber', 1],
        ['7: a.service, b.service, c.service, d.service, e.service and 2 more'],
      ),
    },
  },
  {
    sees: 'an exception for the host counts',
    given: { systemd: { failed: 1, failed_units: ['a.service'] } },
    limits: { 'failed-units': { for: { host: { amber: 2 } } } },
    find: { host: found('green', 1, ['limits.failed-units.for.host.amber', 2], ['a.service']) },
  },
];
