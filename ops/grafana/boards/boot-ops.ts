// What run-boot did: the components of a machine that are started in their order.
import { chosen, machines, makeBoard } from './board.ts';
import { passed, stairs, stat, states, thresholds } from './panels.ts';

const size = [6, 5] as const;

export const bootOps = makeBoard({
  uid: 'ops-monitor-boot-ops',
  title: 'Boot Ops',
  description: 'Boots of run-boot, from boot_metrics.prom (ops/docs/boot.md).',
  tags: ['ops-monitor', 'boot'],
  from: 'now-7d',
  refresh: '1m',
  timezone: 'utc',
  variables: machines('boot_total_seconds'),
  panels: [
    stat({
      title: 'Boot First Attempt Successes',
      description: 'Components that were ready at their first attempt in the last boot.',
      size,
      unit: 'short',
      queries: [[`boot_first_attempt_successes{${chosen}}`, '{{instance}}']],
    }),
    stat({
      title: 'Boot Retry Attempts',
      description: 'Attempts after the first, of all components, in the last boot.',
      size,
      unit: 'short',
      queries: [[`boot_retries{${chosen}}`, '{{instance}}']],
    }).thresholds(thresholds('green', [1, 'amber'])),
    stat({
      title: 'Boot Total Time',
      description: 'Duration of the last boot, from its begin to its end.',
      size,
      unit: 's',
      queries: [[`boot_total_seconds{${chosen}}`, '{{instance}}']],
    }),
    stat({
      title: 'Last boot',
      description: 'Whether all components were ready.',
      size: [3, 5],
      unit: 'none',
      queries: [[`boot_success{${chosen}}`, '{{instance}}']],
    }).mappings([passed]),
    stat({
      title: 'Time since the last boot',
      description: 'Since the end of the boot that run-boot made.',
      size: [3, 5],
      unit: 's',
      queries: [[`time() - boot_last_run_timestamp_seconds{${chosen}}`, '{{instance}}']],
    }),
    stairs({
      title: 'Time of each component',
      description: 'From the first attempt to start a component until it was ready or given up.',
      size: [24, 9],
      unit: 's',
      queries: [[`boot_component_seconds{${chosen}}`, '{{component}} {{instance}}']],
    }),
    states(
      {
        title: 'Readiness of the components',
        description:
          'Of each boot, until the next one: FAIL also for a component that was skipped because another one failed.',
        size: [12, 8],
        queries: [[`boot_component_success{${chosen}}`, '{{component}} {{instance}}']],
      },
      passed,
    ),
    stairs({
      title: 'Attempts of each component',
      description: '0: skipped, because a component before it failed.',
      size: [12, 8],
      unit: 'short',
      queries: [[`boot_component_attempts{${chosen}}`, '{{component}} {{instance}}']],
    }),
  ],
});
