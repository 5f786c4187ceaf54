// How the machines are, as the monitor judges them, and how the monitor itself is.
import { chosen, machines, makeBoard, runbook, sameMachine } from './board.ts';
import { byThresholds, levelNames, lines, stat, states, table, thresholds, verdicts } from './panels.ts';

/** Levels, as long as they hold: of a file that is not replaced any more, every level is unknown (3). */
const levels = (family: string): string =>
  `((${family}{${chosen}} and ${sameMachine} (ops_monitor_levels_valid_until_timestamp_seconds{${chosen}} > time())) or ${family}{${chosen}} * 0 + 3)`;

const checks = levels('ops_monitor_check_level');
const sameCheck = sameMachine.replace(')', ', check, subject)');
const since = (family: string): string => `time() - ${family}{${chosen}}`;
const size = [6, 5] as const;
const half = [12, 8] as const;

export const operations = makeBoard({
  uid: 'ops-monitor-operations',
  title: 'Operations',
  description: 'Levels of all checks, and the stages of the monitor, from its textfiles (ops/docs/textfiles.md).',
  tags: ['ops-monitor', 'operations'],
  from: 'now-24h',
  refresh: '1m',
  timezone: 'utc',
  variables: machines('ops_monitor_overall_level'),
  panels: [
    stat({
      title: 'Level',
      description: `The worst of all checks of a machine. Unknown also where the monitor judges no more. ${runbook('prometheus/ops-monitor', 'OpsMonitorCheck')}`,
      size,
      unit: 'none',
      queries: [[levels('ops_monitor_overall_level'), '{{instance}}']],
    }).mappings([levelNames]),
    stat({
      title: 'Checks by level',
      description: 'Of the selected machines together.',
      size,
      unit: 'short',
      queries: [
        [`sum(${checks} == bool 2)`, 'red'],
        [`sum(${checks} == bool 3)`, 'unknown'],
        [`sum(${checks} == bool 1)`, 'amber'],
        [`sum(${checks} == bool 0)`, 'green'],
      ],
    })
      .overrideByName('red', byThresholds(thresholds('neutral', [1, 'red'])))
      .overrideByName('unknown', byThresholds(thresholds('neutral', [1, 'unknown'])))
      .overrideByName('amber', byThresholds(thresholds('neutral', [1, 'amber'])))
      .overrideByName('green', byThresholds(thresholds('neutral', [1, 'green']))),
    stat({
      title: 'Age of the snapshot',
      description: `A snapshot is taken every five minutes. ${runbook('snapshot-age')}`,
      size,
      unit: 's',
      queries: [[since('ops_monitor_snapshot_timestamp_seconds'), '{{instance}}']],
    }).thresholds(thresholds('green', [600, 'amber'], [900, 'red'])),
    stat({
      title: 'Alert messages that are not delivered',
      description: `Waiting to be delivered, or given up (dead). ${runbook('mail-delivery')}`,
      size,
      unit: 'short',
      queries: [[`ops_monitor_mails_undelivered{${chosen}}`, '{{state}} {{instance}}']],
    }).thresholds(thresholds('green', [1, 'amber'])),
    table(
      {
        title: 'Checks that are not green',
        description: 'Each by its name; `ops-monitor explain CHECK:SUBJECT` on the machine says why.',
        size: [24, 8],
        unit: 'none',
        // Levels that no longer hold have no message.
        queries: [
          [
            `(${checks} > 0) * ${sameCheck} group_left (message) ops_monitor_check_message{${chosen}} or ${sameCheck} (${checks} > 0)`,
          ],
        ],
      },
      { instance: 'Machine', check: 'Check', subject: 'Subject', message: 'What is wrong' },
      'Level',
    )
      .mappings([levelNames])
      .overrideByName('Level', [{ id: 'custom.cellOptions', value: { type: 'color-background' } }]),
    states(
      {
        title: 'Levels by check',
        description: 'The worst of the subjects of a check: red before unknown, unknown before amber.',
        size: [24, 14],
        queries: [
          [
            `max by (cluster, instance, check) (${checks} == 2) or max by (cluster, instance, check) (${checks})`,
            '{{check}} {{instance}}',
          ],
        ],
      },
      levelNames,
    ),
    states(
      {
        title: 'Stages',
        description: `Whether the last run of a stage succeeded. ${runbook('stage-outcome')}`,
        size: half,
        queries: [[`ops_monitor_stage_success{${chosen}}`, '{{stage}} {{instance}}']],
      },
      verdicts('ok', 'FAILED'),
    ),
    lines({
      title: 'Time since the last success of each stage',
      description: `A stage of the cycle runs every five minutes. ${runbook('stage-outcome')}`,
      size: half,
      unit: 's',
      queries: [[since('ops_monitor_stage_last_success_timestamp_seconds'), '{{stage}} {{instance}}']],
    }).min(0),
    lines({
      title: 'Time since the last run of each stage',
      description:
        'Also of runs that failed: a stage that fails grows old in the panel beside, a stage that is not started in both.',
      size: half,
      unit: 's',
      queries: [[since('ops_monitor_stage_last_run_timestamp_seconds'), '{{stage}} {{instance}}']],
    }).min(0),
    lines({
      title: 'Duration of the stages',
      description: 'Of the last run of each.',
      size: half,
      unit: 's',
      queries: [[`ops_monitor_stage_duration_seconds{${chosen}}`, '{{stage}} {{instance}}']],
    }).min(0),
    stat({
      title: 'Missing of the cycle',
      description: `Stages and files of the cycle that are missing, failed or stale. ${runbook('prometheus/cycle', 'OpsMonitorCycleMissing')}`,
      size,
      unit: 'short',
      queries: [[`ops_monitor_cycle_missing{${chosen}}`, '{{instance}}']],
    }).thresholds(thresholds('green', [1, 'red'])),
    stat({
      title: 'Time since the cycle was checked',
      description: `By confirm-cycle, the last stage. ${runbook('stage-outcome')}`,
      size,
      unit: 's',
      queries: [[since('ops_monitor_cycle_confirmed_timestamp_seconds'), '{{instance}}']],
    }).thresholds(thresholds('green', [600, 'amber'], [900, 'red'])),
    stat({
      title: 'Time since a heartbeat was accepted',
      description: `By the watchdog outside, of sites that have one. ${runbook('heartbeat')}`,
      size,
      unit: 's',
      queries: [[since('ops_monitor_heartbeat_accepted_timestamp_seconds'), '{{instance}}']],
    }).thresholds(thresholds('green', [900, 'amber'])),
    stat({
      title: 'Time since the assessment',
      description: 'By assess-health.',
      size,
      unit: 's',
      queries: [[since('ops_monitor_assessment_timestamp_seconds'), '{{instance}}']],
    }).thresholds(thresholds('green', [600, 'amber'], [900, 'red'])),
    lines({
      title: 'Age of the snapshot when it was assessed',
      description: `And its age now, which also grows where nothing is assessed. ${runbook('snapshot-age')}`,
      size: half,
      unit: 's',
      queries: [
        [`ops_monitor_snapshot_age_seconds{${chosen}}`, 'assessed {{instance}}'],
        [since('ops_monitor_snapshot_timestamp_seconds'), 'now {{instance}}'],
      ],
    }).min(0),
    lines({
      title: 'The ten slowest readings',
      description: 'Duration of a probe, or of one of its items.',
      size: half,
      unit: 's',
      queries: [[`topk(10, ops_monitor_probe_duration_seconds{${chosen}})`, '{{probe}} {{item}} {{instance}}']],
    }).min(0),
    states(
      {
        title: 'Probes',
        description: 'FAILED where any item of a probe could not be read.',
        size: [24, 10],
        queries: [
          [`min by (cluster, instance, probe) (ops_monitor_probe_success{${chosen}})`, '{{probe}} {{instance}}'],
        ],
      },
      verdicts('ok', 'FAILED'),
    ),
  ],
});
