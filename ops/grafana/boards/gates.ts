// Gates of every machine, also those that were pushed; then tests and rehearsals, which decide about a release as gates do.
import { choice, chosen, machines, makeBoard, runbook } from './board.ts';
import { passed, stairs, stat, states } from './panels.ts';

/** A family of all gates that are chosen: it begins with the gate's name, which becomes a label. */
const ofGates = (family: string): string =>
  `label_replace({__name__=~"($gate)_gate_${family}", ${chosen}}, "gate", "$1", "__name__", "(.+)_gate_${family}")`;

const anyGate = '__name__=~".+_gate_success"';
const gate = '{{gate}} {{instance}}';
const phase = '{{gate}} {{phase}} {{instance}}';
const size = [6, 6] as const;

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
    ...machines('', '__name__=~".+_gate_success|rehearsal_success|pytest_suite_tests"'),
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
  ],
});
