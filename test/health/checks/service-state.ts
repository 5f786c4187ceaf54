import type { Level } from '../../../lib/core/level.ts';
import { type Case, found } from '../case.ts';
import { service } from '../seen.ts';

type Unit = Parameters<typeof service>[0];

const off = { active_state: 'inactive', sub_state: 'dead' };
const failed = { active_state: 'failed', sub_state: 'failed' };
const last_start_at = '2026-11-20T07:30:00.000Z';

const state = (sees: string, unit: Unit, level: Level, says: readonly string[]): Case => ({
  sees,
  given: { services: { 'sync.service': service(unit) } },
  find: { 'sync.service': found(level, unit.active_state ?? 'active', ['', 'active'], ['sync.service', ...says]) },
});

export const serviceState: readonly Case[] = [
  state('a service that runs is green', {}, 'green', ['active', 'running']),
  state(
    'a service that failed is red, with the exit status of its process',
    { ...failed, result: 'exit-code', exit_status: 23, type: 'oneshot' },
    'red',
    ['failed', 'exit status 23'],
  ),
  state(
    'a service that was killed is red, and an exit status of 9 does not look like its own',
    { ...failed, result: 'signal', exit_status: 9 },
    'red',
    ['failed', '(signal)'],
  ),
  state('a service that took too long is red', { ...failed, result: 'timeout' }, 'red', ['failed', 'timeout']),
  state('a unit that is watched and not installed is red', { ...off, load_state: 'not-found', enabled: '' }, 'red', [
    'not-found',
  ]),
  state('a unit that systemd cannot read is red', { ...off, load_state: 'bad-setting' }, 'red', ['bad-setting']),
  state('a unit that is gone from the disk but runs on is red', { load_state: 'not-found', enabled: '' }, 'red', [
    'not-found',
  ]),
  state('a unit that somebody masked is amber', { ...off, load_state: 'masked', enabled: 'masked' }, 'amber', [
    'masked',
  ]),
  ...(
    [
      ['a service that is off though it is enabled', { type: 'simple' }],
      ['a service that is off though it is enabled until the next boot', { enabled: 'enabled-runtime' }],
      ['a service of another type that has ended and is off though it is enabled', { type: 'simple', last_start_at }],
      ['an enabled oneshot that has never run', { type: 'oneshot' }],
      [
        'a unit whose conditions were met and that is off though it is enabled',
        { type: 'simple', condition_met: true },
      ],
    ] as const
  ).map(([what, unit]) => state(`${what} is amber`, { ...off, ...unit }, 'amber', ['off', 'enabled'])),
  ...(
    [
      ['a oneshot that has run', { type: 'oneshot', last_start_at }],
      ['a unit whose own conditions kept it from starting', { type: 'simple', condition_met: false }],
      ...['static', 'disabled', 'indirect', 'generated', ''].map(
        (enabled) => [`a service that is off and ${enabled || 'without a unit file'}`, { enabled }] as const,
      ),
    ] as const
  ).map(([what, unit]) => state(`${what} is green`, { ...off, ...unit }, 'green', ['inactive', 'dead'])),
  state('a service that is just starting is green', { active_state: 'activating', sub_state: 'start' }, 'green', [
    'activating',
    'start',
  ]),
  {
    sees: 'each unit is judged by itself',
    given: { services: { 'sync.service': service({}), 'sync.timer': service(off) } },
    find: {
      'sync.service': found('green', 'active', ['', 'active'], ['sync.service']),
      'sync.timer': found('amber', 'inactive', ['', 'active'], ['sync.timer', 'off']),
    },
  },
];
