import { flag, instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatBytes, formatDuration, formatMeasure } from '../../core/quantity.ts';
import type { SnapshotConfig } from '../config.ts';

export const workspace = defineSection({
  many: false,
  source: 'statfs of the path, or its quota command or usage file (try: findmnt -T PATH; df PATH)',
  noun: 'subject',
  subjects: () => [{ name: 'workspace', path: ['workspace'] }],
  places: ({ workspace: one }: SnapshotConfig) => (one ? [{ ...one, key: ['workspace', 'host'] }] : []),
  schema: object({
    host: words('machine it is looked at from'),
    path: words('path as configured'),
    reached: flag('it is mounted, and answered in time'),
    mount_point: optional(words('where its filesystem is mounted, or was when it was last reached')),
    problem: optional(words('why it was not reached')),
    // Missing when neither the filesystem nor the usage command or file reports it.
    size_bytes: optional(quantity('byte', 'size of the workspace, or its quota')),
    used_bytes: optional(quantity('byte', 'space in use')),
    used_percent: optional(quantity('percent', 'space in use of the size or quota')),
    usage_told_at: optional(instant('when the usage file was written')),
    usage_problem: optional(words('why the usage is not known')),
    worst_lag_seconds: optional(quantity('s', 'longest lag of the copies that lie on it')),
    worst_lag_mirror: optional(words('copy with the longest lag')),
  }),
  group: 'workspace',
  panels: [
    { title: 'Storage in use', field: 'used_percent', limits: { check: 'workspace-usage' }, inSummary: true },
    { title: 'Workspace lag, worst copy', field: 'worst_lag_seconds' },
  ],
  table: {
    title: 'Group workspace',
    columns: ['what', 'reading'],
    rows: (workspace) => {
      const {
        path,
        reached,
        mount_point,
        problem = '',
        used_percent,
        used_bytes,
        size_bytes,
        usage_problem = problem,
      } = workspace;
      const { worst_lag_seconds, worst_lag_mirror } = workspace;
      return [
        ['path', path],
        ['reached', reached ? 'yes' : `no: ${problem}`],
        ...(reached && mount_point !== undefined ? [['mounted at', mount_point]] : []),
        ['used', used_percent === undefined ? `not known: ${usage_problem}` : formatMeasure(used_percent, 'percent')],
        ...(used_bytes === undefined || size_bytes === undefined
          ? []
          : [['in use', `${formatBytes(used_bytes)} of ${formatBytes(size_bytes)}`]]),
        ...(worst_lag_seconds === undefined
          ? []
          : [['longest lag', `${formatDuration(worst_lag_seconds)} (${worst_lag_mirror})`]]),
      ];
    },
  },
});
