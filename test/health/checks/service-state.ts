import type { Level } from '../../../lib/core/level.ts';
import { type Case, found } from '../case.ts';
import { service } from '../seen.ts';

const state = (level: Level, says: readonly string[], value = 'active') =>
  found(level, value, ['', 'active'], ['sync.service', ...says]);

export const serviceState: readonly Case[] = [
  {
    sees: 'a service that runs is green',
    given: { services: { 'sync.service': service({}) } },
    find: { 'sync.service': state('green', ['active', 'running']) },
  },
  {
    sees: 'a service that failed is red, with the exit status of its process',
    given: {
      services: {
        'sync.service': service({
          active_state: 'failed',
          sub_state: 'failed',
          result: 'exit-code',
          exit_status: 23,
          type: 'oneshot',
        }),
      },
    },
    find: { 'sync.service': state('red', ['failed', 'exit status 23'], 'failed') },
  },
  {
    sees: 'a service that was killed is red, and an exit status of 9 does not look like its own',
    given: {
      services: {
        'sync.service': service({ active_state: 'failed', sub_state: 'failed', result: 'signal', exit_status: 9 }),
      },
    },
    find: { 'sync.service': state('red', ['failed', '(signal)'], 'failed') },
  },
  {
    sees: 'a service that took too long is red',
    given: {
      services: { 'sync.service': service({ active_state: 'failed', sub_state: 'failed', result: 'timeout' }) },
    },
    find: { 'sync.service': state('red', ['failed', 'timeout'], 'failed') },
  },
  {
    sees: 'a unit that is watched and not installed is red',
    given: {
      services: {
        'sync.service': service({ load_state: 'not-found', active_state: 'inactive', sub_state: 'dead', enabled: '' }),
      },
    },
    find: { 'sync.service': state('red', ['not-found'], 'inactive') },
  },
  {
    sees: 'a unit that systemd cannot read is red',
    given: {
      services: { 'sync.service': service({ load_state: 'bad-setting', active_state: 'inactive', sub_state: 'dead' }) },
    },
    find: { 'sync.service': state('red', ['bad-setting'], 'inactive') },
  },
  {
    sees: 'a unit that is gone from the disk but runs on is red',
    given: { services: { 'sync.service': service({ load_state: 'not-found', enabled: '' }) } },
    find: { 'sync.service': state('red', ['not-found']) },
  },
  {
    sees: 'a unit that somebody masked is amber',
    given: {
      services: {
        'sync.service': service({
          load_state: 'masked',
          active_state: 'inactive',
          sub_state: 'dead',
          enabled: 'masked',
        }),
      },
    },
    find: { 'sync.service': state('amber', ['masked'], 'inactive') },
  },
  {
    sees: 'a service that is off though it is enabled is amber',
    given: { services: { 'sync.service': service({ type: 'simple', active_state: 'inactive', sub_state: 'dead' }) } },
    find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
  },
  {
    sees: 'a service that is off though it is enabled until the next boot is amber',
    given: {
      services: {
        'sync.service': service({ active_state: 'inactive', sub_state: 'dead', enabled: 'enabled-runtime' }),
      },
    },
    find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
  },
  {
    sees: 'a service of another type that has ended and is off though it is enabled is amber',
    given: {
      services: {
        'sync.service': service({
          type: 'simple',
          active_state: 'inactive',
          sub_state: 'dead',
          last_start_at: '2026-11-20T07:30:00.000Z',
        }),
      },
    },
    find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
  },
  {
    sees: 'a oneshot that has run is green',
    given: {
      services: {
        'sync.service': service({
          type: 'oneshot',
          active_state: 'inactive',
          sub_state: 'dead',
          last_start_at: '2026-11-20T07:30:00.000Z',
        }),
      },
    },
    find: { 'sync.service': state('green', ['inactive', 'dead'], 'inactive') },
  },
  {
    sees: 'an enabled oneshot that has never run is amber',
    given: { services: { 'sync.service': service({ type: 'oneshot', active_state: 'inactive', sub_state: 'dead' }) } },
    find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
  },
  {
    sees: 'a unit whose own conditions kept it from starting is green',
    given: {
      services: {
        'sync.service': service({ type: 'simple', active_state: 'inactive', sub_state: 'dead', condition_met: false }),
      },
    },
    find: { 'sync.service': state('green', ['inactive', 'dead'], 'inactive') },
  },
  {
    sees: 'a unit whose conditions were met and that is off though it is enabled is amber',
    given: {
      services: {
        'sync.service': service({ type: 'simple', active_state: 'inactive', sub_state: 'dead', condition_met: true }),
      },
    },
    find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
  },
  ...['static', 'disabled', 'indirect', 'generated', ''].map((enabled): Case => ({
    sees: `a service that is off and ${enabled || 'without a unit file'} is green`,
    given: { services: { 'sync.service': service({ active_state: 'inactive', sub_state: 'dead', enabled }) } },
    find: { 'sync.service': state('green', ['inactive', 'dead'], 'inactive') },
  })),
  {
    sees: 'a service that is just starting is green',
    given: { services: { 'sync.service': service({ active_state: 'activating', sub_state: 'start' }) } },
    find: { 'sync.service': state('green', ['activating', 'start'], 'activating') },
  },
  {
    sees: 'each unit is judged by itself',
    given: {
      services: { 'sync.service': service({}), 'sync.timer': service({ active_state: 'inactive', sub_state: 'dead' }) },
    },
    find: {
      'sync.service': state('green', []),
      'sync.timer': found('amber', 'inactive', ['', 'active'], ['sync.timer', 'off']),
    },
  },
];
