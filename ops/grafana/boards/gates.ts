// Gates of every machine, also those that were pushed; then tests and rehearsals, which decide about a release as gates do.
import { choice, chosen, machines, makeBoard, runbook } from './board.ts';
import { passed, stairs, stat, states, table, thresholds, verdicts } from './panels.ts';

/** A family of all gates that are chosen: it begins with the gate's name, which becomes a label. */
const ofGates = (family: string): string =>
  `label_replace({__name__=~"($gate)_gate_${family}", ${chosen}}, "gate", "$1", "__name__", "(.+)_gate_${family}")`;

const anyGate = '__name__=~".+_gate_success"';
const gate = '{{gate}} {{instance}}';
const phase = '{{gate}} {{phase}} {{instance}}';
const size = [6, 6] as const;
const half = [12, 6] as const;

export const gates = makeBoard({
  uid: 'ops-monitor-gates',
  title: 'Gates',
  description:
    'Gates (ops/docs/gates.md), test results (ops/docs/test-metrics.md) and rehearsals (ops/docs/rehearsal.md), from their textfiles.',
  tags: ['ops-monitor', 'gates'],
  from: 'now-7d',
  refresh: '1m',
  timezone: 'utc',
  variables: [
    ...machines('', ['__name__=~".+_gate_success|rehearsal_success|pytest_suite_tests"']),
    choice('gate', 'Gate', `{${anyGate}, ${chosen}}`, '__name__').regex('/^(.+)_gate_success$/').allValue('.+'),
  ],
  panels: [
    stat({
      title: 'Verdict of the last run',
      description: `Of each gate. How old the verdict is stands beside: the file of a gate that never runs again is served forever. ${runbook('gate-verdict')}`,
      size,
      unit: 'none',
      queries: [[ofGates('success'), gate]],
    }).mappings([passed]),
    stat({
      title: 'Time since the last run',
      description: `Of each gate. ${runbook('gate-age')}`,
      size,
      unit: 's',
      queries: [[`time() - ${ofGates('last_run_timestamp_seconds')}`, gate]],
    }),
    stat({
      title: 'Coverage',
      description: 'Share of the lines that the tests of the last run covered; of gates with a coverage file.',
      size,
      unit: 'percentunit',
      queries: [[ofGates('coverage_ratio'), gate]],
    })
      .decimals(1)
      .min(0)
      .max(1),
    stat({
      title: 'Duration of the last run',
      description: 'Of each gate, all phases together.',
      size,
      unit: 's',
      queries: [[ofGates('duration_seconds'), gate]],
    }),
    stairs({
      title: 'Phase timing',
      description: 'Duration of each phase in the last run. Phases that were skipped have none.',
      size: [24, 10],
      unit: 's',
      queries: [[ofGates('phase_duration_seconds'), phase]],
    }),
    states(
      {
        title: 'Success of the gates',
        description: 'The verdict of each run, until the next one. A gap: nothing was read.',
        size: [12, 8],
        queries: [[ofGates('success'), gate]],
      },
      passed,
    ),
    states(
      {
        title: 'Success of the phases',
        description: 'Phases that were skipped have none.',
        size: [12, 8],
        queries: [[ofGates('phase_success'), phase]],
      },
      passed,
    ),
    stairs({
      title: 'Coverage over time',
      description: 'Share of the lines that the tests covered.',
      size: [24, 8],
      unit: 'percentunit',
      queries: [[ofGates('coverage_ratio'), gate]],
    }).max(1),
    stat({
      title: 'Tests of the last run',
      description: `Of each suite, by outcome. Flaky tests passed after a failed attempt. ${runbook('prometheus/tests', 'TestsFailed')}`,
      size: half,
      unit: 'short',
      queries: [[`pytest_suite_tests{${chosen}}`, '{{suite}} {{outcome}} {{instance}}']],
    }),
    stat({
      title: 'Time since the last run of the tests',
      description: 'Since the report of a suite was written.',
      size,
      unit: 's',
      queries: [[`time() - pytest_suite_last_run_timestamp_seconds{${chosen}}`, '{{suite}} {{instance}}']],
    }),
    stat({
      title: 'Failed tests in a day',
      description: `Tests that failed or ended with an error, in all runs of the last 24 hours. ${runbook('prometheus/tests', 'TestsFailed')}`,
      size,
      unit: 'short',
      queries: [[`round(increase(pytest_test_failures_total{${chosen}}[1d]))`, '{{suite}} {{instance}}']],
    }).thresholds(thresholds('green', [1, 'amber'])),
    stairs({
      title: 'Duration of the tests',
      description: 'Of all tests of a suite together, in its last run.',
      size: half,
      unit: 's',
      queries: [[`pytest_suite_duration_seconds{${chosen}}`, '{{suite}} {{instance}}']],
    }),
    table(
      {
        title: 'The slowest tests',
        description: 'Of the last run of each suite.',
        size: half,
        unit: 's',
        queries: [[`sort_desc(pytest_test_duration_seconds{${chosen}})`]],
      },
      { instance: 'Machine', suite: 'Suite', test: 'Test' },
      'Duration',
    ),
    stat({
      title: 'Last rehearsal',
      description: `The rehearsal as a whole, its required connectors, its smoke test and its doctrine check. ${runbook('prometheus/rehearsal', 'RehearsalFailed')}`,
      size: half,
      unit: 'none',
      queries: [
        [`rehearsal_success{${chosen}}`, 'rehearsal {{instance}}'],
        [`rehearsal_health_success{${chosen}}`, 'connectors {{instance}}'],
        [`rehearsal_smoke_test_success{${chosen}}`, 'smoke test {{instance}}'],
        [`rehearsal_doctrine_success{${chosen}}`, 'doctrine {{instance}}'],
      ],
    }).mappings([passed]),
    stat({
      title: 'Time since the last rehearsal',
      description: 'Since its end.',
      size,
      unit: 's',
      queries: [[`time() - rehearsal_last_run_timestamp_seconds{${chosen}}`, '{{instance}}']],
    }),
    stat({
      title: 'Runs of the drill',
      description: `Runs that were due, those of them that took place, and runs outside of the drill. ${runbook('prometheus/rehearsal', 'RehearsalRunsMissed')}`,
      size,
      unit: 'short',
      queries: [
        [`rehearsal_drill_due_runs{${chosen}}`, 'due {{instance}}'],
        [`rehearsal_drill_runs{${chosen}}`, 'took place {{instance}}'],
        [`rehearsal_runs_outside_drill{${chosen}}`, 'outside {{instance}}'],
      ],
    }),
    stairs({
      title: 'Shares of the rehearsals',
      description:
        'Connectors that were healthy, credentials that were rotated in time, due runs of the drill that took place.',
      size: half,
      unit: 'percentunit',
      queries: [
        [`rehearsal_healthy_connectors_ratio{${chosen}}`, 'healthy connectors {{instance}}'],
        [`rehearsal_rotation_coverage_ratio{${chosen}}`, 'rotated credentials {{instance}}'],
        [`rehearsal_drill_coverage_ratio{${chosen}}`, 'runs of the drill {{instance}}'],
      ],
    }).max(1),
    stairs({
      title: 'Duration of the rehearsals',
      description: 'Of a rehearsal, of its smoke test, and until each connector answered or was given up.',
      size: half,
      unit: 's',
      queries: [
        [`rehearsal_duration_seconds{${chosen}}`, 'rehearsal {{instance}}'],
        [`rehearsal_smoke_test_duration_seconds{${chosen}}`, 'smoke test {{instance}}'],
        [`rehearsal_connector_duration_seconds{${chosen}}`, '{{connector}} {{instance}}'],
      ],
    }),
    states(
      {
        title: 'Connectors',
        description: 'Whether a connector was healthy, in each rehearsal, until the next one.',
        size: half,
        queries: [[`rehearsal_connector_success{${chosen}}`, '{{connector}} {{instance}}']],
      },
      passed,
    ),
    states(
      {
        title: 'Credentials',
        description: `Whether a credential was rotated within its maximum age. ${runbook('prometheus/rehearsal', 'CredentialNotRotated')}`,
        size: half,
        queries: [[`rehearsal_credential_rotated{${chosen}}`, '{{credential}} {{instance}}']],
      },
      verdicts('in time', 'TOO OLD'),
    ),
    stairs({
      title: 'Age of the credentials',
      description: 'Since the last rotation. A credential whose time cannot be read has none.',
      size: [24, 8],
      unit: 's',
      queries: [[`rehearsal_credential_age_seconds{${chosen}}`, '{{credential}} {{instance}}']],
    }),
  ],
});
