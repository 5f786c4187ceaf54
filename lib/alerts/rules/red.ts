import { defineRule, type Sighting } from '../../contract/rule.ts';
import type { Health } from '../../health/files.ts';

/** All that health judges. */
const checks = [
  'host-reachable',
  'filesystem-usage',
  'filesystem-inodes',
  'filesystem-readonly',
  'workspace-reachable',
  'workspace-usage',
  'stream-age',
  'mirror-coverage',
  'mirror-mismatch',
  'mirror-lag',
  'power-voltage',
  'power-charge',
  'power-temperature',
  'gate-verdict',
  'gate-age',
  'service-state',
  'service-restarts',
  'timer-overdue',
  'endpoint-status',
  'endpoint-response',
  'endpoint-certificate',
  'checkout-dirty',
  'checkout-behind',
  'host-load',
  'host-memory',
  'host-oom',
  'host-failed-units',
  'clock-synchronised',
  'snapshot-age',
  'stage-outcome',
  'mail-delivery',
  'heartbeat',
];

/** By the levels of health itself: nothing is judged twice, with other limits. It is shown what no other rule tells of. */
export const red = defineRule<{ readonly health: Health['observations'] }>()({
  name: 'red',
  summary: 'health judges something red, and no other rule tells of it',
  runbook: 'ops/docs/alerts.md',
  needs: ['health'],
  tells: Object.fromEntries(checks.map((check) => [check, `${check}:`])),
  limits: {},
  hold: ['red-for', '15m', 'red for this long'],
  exceptions: {
    // Behind for hours by the time that it is red; and what could not be reached catches up by itself.
    'mirror-coverage': { 'red-for': '1h' },
    'mirror-lag': { 'red-for': '1h' },
    // What happened since the snapshot before is red in one snapshot alone, and in the next one as if it had not been.
    'host-oom': { 'red-for': '0s', 'clear-hold': '1h' },
  },
  sightings: ({ health = [] }) =>
    health.map(({ id: subject, level, value, unit, limit, message, clears_when, runbook }): Sighting => {
      if (level === 'unknown') return { subject, state: 'unknown', message };
      if (level !== 'red') return { subject, state: 'clear', message };
      const clears = clears_when === undefined ? {} : { clears_when };
      const bound = { value: limit.value ?? 'none', key: limit.key };
      return { subject, state: 'firing', value, unit, limit: bound, message, runbook, ...clears };
    }),
});
