import { flag, instant, quantity, words } from '../../contract/fields.ts';
import { level } from '../../contract/observation.ts';
import { defineSection } from '../../contract/section.ts';
import { object, oneOf, optional, recordOf, scalar, type Shape, string } from '../../contract/shape.ts';
import { formatDuration, formatMeasure } from '../../core/quantity.ts';
import { severities } from '../../core/severity.ts';
import type { SnapshotConfig } from '../config.ts';

/** Alerts come and go, and their names are many: the archive has none of them, because each would be a variable for ever. */
const unarchived = <Word>(shape: Shape<Word>): Shape<Word> => ({ ...shape, form: { type: 'other' } });

const alertFields = {
  severity: unarchived(oneOf(severities)),
  level: unarchived(level),
  message: words('what the alert says'),
  value: optional(scalar),
  unit: optional(string),
  limit: optional(object({ value: scalar, key: string })),
  clears_when: optional(string),
  since: optional(instant('since when the alert has had its severity')),
};

export const fleet = defineSection({
  many: true,
  source: 'monitoring/fleet/latest.json, which fleet-snapshot writes (try: ops-monitor monitor alerts --env NAME)',
  noun: 'node',
  singular: 'fleet',
  /** Each environment, for what no single node has, and each of its nodes: `devnet`, `devnet.node1`. */
  subjects: ({ fleet: own }: SnapshotConfig) =>
    own.watch.flatMap((environment) => {
      const path = ['fleet', 'environments', environment];
      const nodes = Object.keys(own.environments[environment]?.nodes ?? {});
      return [
        { name: environment, path },
        ...nodes.map((node) => ({ name: `${environment}.${node}`, path: [...path, 'nodes', node] })),
      ];
    }),
  schema: object({
    asked_at: instant('when fleet-snapshot asked'),
    age_seconds: quantity('s', 'age of what is known'),
    reached: optional(flag('the node sent its report')),
    nodes: optional(quantity('1', 'nodes of the environment')),
    nodes_reached: optional(quantity('1', 'nodes that sent their reports')),
    collection_seconds: quantity('s', 'time until the reports were there'),
    memory_used_percent: optional(quantity('percent', 'memory of the node that is not available')),
    disk_used_percent: optional(quantity('percent', 'root filesystem of the node in use')),
    load_per_processor: optional(quantity('1', 'load of the node for each of its processors')),
    critical_alerts: quantity('1', 'critical alerts'),
    warning_alerts: quantity('1', 'warnings'),
    info_alerts: quantity('1', 'notes'),
    /** By id. */
    alerts: recordOf(object(alertFields)),
    /** By id: those of earlier runs that are no longer found. Where one is over, its level is green, and `ended_at` says since when. */
    earlier: optional(recordOf(object({ ...alertFields, ended_at: optional(instant('when the alert was over')) }))),
  }),
  group: 'fleet',
  panels: [
    { title: 'Nodes of the fleet', levelsOf: 'fleet-alert' },
    { title: 'Memory of nodes', field: 'memory_used_percent' },
    { title: 'Load of nodes, for each processor', field: 'load_per_processor' },
  ],
  table: {
    title: 'Fleet',
    columns: ['node', 'state', 'memory', 'disk', 'load', 'asked', 'alerts'],
    rows: (read, name) => [
      [
        name,
        read.reached === undefined
          ? `${read.nodes_reached ?? 0} of ${read.nodes ?? 0} nodes report`
          : read.reached
            ? 'reports'
            : 'does not report',
        percent(read.memory_used_percent),
        percent(read.disk_used_percent),
        read.load_per_processor === undefined ? '' : formatMeasure(read.load_per_processor, '1'),
        `${formatDuration(read.age_seconds)} ago`,
        Object.values(read.alerts)
          .map(({ severity, message }) => `${severity}: ${message}`)
          .join('; '),
      ],
    ],
  },
});

const percent = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(0)} %`);
