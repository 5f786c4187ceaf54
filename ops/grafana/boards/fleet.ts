// The nodes of all environments that fleet-snapshot watches.
import { choice, chosen, freshBy, machines, makeBoard, runbook } from './board.ts';
import { lines, stat, states, table, thresholds, verdicts } from './panels.ts';

const node = `${chosen}, environment=~"$environment", node=~"$node"`;
/** Three runs of fleet-snapshot. */
const fresh = freshBy('ops_fleet_last_run_timestamp_seconds', 900);

const name = '{{environment}} {{node}} {{cluster}}';
const size = [8, 5] as const;
const half = [12, 8] as const;

export const fleet = makeBoard({
  uid: 'ops-monitor-fleet',
  title: 'Fleet',
  description: 'Nodes of the environments under fleet.watch, from fleet.prom (ops/docs/fleet.md).',
  tags: ['ops-monitor', 'fleet'],
  from: 'now-24h',
  refresh: '1m',
  timezone: 'utc',
  variables: [
    ...machines('ops_fleet_last_run_timestamp_seconds'),
    choice('environment', 'Environment', `ops_fleet_collection_seconds{${chosen}}`, 'environment'),
    choice('node', 'Node', `ops_fleet_node_reached{${chosen}, environment=~"$environment"}`, 'node'),
  ],
  panels: [
    stat({
      title: 'Time since the last run',
      description: `Of fleet-snapshot, which runs every five minutes. ${runbook('prometheus/fleet', 'FleetSnapshotOld')}`,
      size,
      unit: 's',
      queries: [[`time() - ops_fleet_last_run_timestamp_seconds{${chosen}}`, '{{instance}}']],
    }).thresholds(thresholds('green', [600, 'amber'], [900, 'red'])),
    stat({
      title: 'Nodes that did not answer',
      description: `Of each environment. ${runbook('prometheus/fleet', 'FleetNodeNotReached')}`,
      size,
      unit: 'short',
      queries: [
        [
          `sum by (cluster, environment) (${fresh(`ops_fleet_node_reached{${node}}`)} == bool 0)`,
          '{{environment}} {{cluster}}',
        ],
      ],
    }).thresholds(thresholds('green', [1, 'red'])),
    stat({
      title: 'Alerts',
      description: `By environment and severity. ${runbook('fleet-alert')}`,
      size,
      unit: 'short',
      queries: [
        [
          `sum by (cluster, environment, severity) (${fresh(`ops_fleet_alerts{${chosen}, environment=~"$environment"}`)})`,
          '{{environment}} {{severity}} {{cluster}}',
        ],
      ],
    }),
    table(
      {
        title: 'Alerts by node',
        description: `An alert without a node is about no single one. ${runbook('fleet-alert')}`,
        size: [24, 8],
        unit: 'short',
        queries: [[fresh(`ops_fleet_node_alerts{${chosen}, environment=~"$environment", node=~"($node)?"}`)]],
      },
      { environment: 'Environment', node: 'Node', severity: 'Severity', check: 'Alert' },
      'Number',
    ),
    states(
      {
        title: 'Nodes',
        description: 'Whether a node sent its report. A gap: fleet-snapshot did not run.',
        size: [24, 10],
        queries: [[fresh(`ops_fleet_node_reached{${node}}`), name]],
      },
      verdicts('reached', 'NO ANSWER'),
    ),
    lines({
      title: 'Memory of the nodes',
      description: 'Not available.',
      size: half,
      unit: 'percentunit',
      queries: [[fresh(`ops_fleet_node_memory_used_ratio{${node}}`), name]],
    })
      .min(0)
      .max(1),
    lines({
      title: 'Root filesystems of the nodes',
      description: 'In use, as df shows it.',
      size: half,
      unit: 'percentunit',
      queries: [[fresh(`ops_fleet_node_disk_used_ratio{${node}}`), name]],
    })
      .min(0)
      .max(1),
    lines({
      title: 'Load of the nodes',
      description: 'Mean of one minute, for each processor of a node.',
      size: half,
      unit: 'short',
      queries: [[fresh(`ops_fleet_node_load_per_processor{${node}}`), name]],
    }).min(0),
    lines({
      title: 'Time until a node had sent its report',
      description: 'Or had failed to; all: the whole environment.',
      size: half,
      unit: 's',
      queries: [
        [fresh(`ops_fleet_node_collection_seconds{${node}}`), name],
        [
          fresh(`ops_fleet_collection_seconds{${chosen}, environment=~"$environment"}`),
          '{{environment}}, all {{cluster}}',
        ],
      ],
    }).min(0),
  ],
});
