import { quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { described, number, object, optional, recordOf, string } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import { listed } from '../../core/text.ts';
import type { SnapshotConfig } from '../config.ts';

/** Series of one metric that fit into a row of the report. */
const mostShown = 6;

export const metrics = defineSection({
  many: true,
  source: 'a file in the text format of Prometheus (try: grep FAMILY FILE)',
  noun: 'metric',
  subjects: ({ metrics: own }: SnapshotConfig) => namesUnder('metrics', own),
  places: ({ metrics: own }: SnapshotConfig) =>
    Object.entries(own).map(([item, { host, file }]) => ({ item, host, path: file, key: ['metrics', item, 'host'] })),
  schema: object({
    file: words('file that was read'),
    family: words('name of the metric'),
    age_seconds: quantity('s', 'age of the file'),
    /** Configured with the metric, like a stream’s window. */
    stale_seconds: quantity('s', 'age above which the values are unknown'),
    values: described(recordOf(number), { units: '1', long_name: 'values of the metric’s series' }),
    problem: optional(words('series that were left out')),
    limits: object({ amber: optional(string), red: optional(string) }),
  }),
  group: 'plugins',
  panels: [{ title: 'Metrics', levelsOf: 'metric-value' }],
  table: {
    title: 'Metrics',
    columns: ['name', 'metric', 'age', 'values', 'remark'],
    rows: ({ family, age_seconds, values, problem = '' }, name) => {
      const shown = Object.entries(values).map(([series, value]) => `${series}: ${value}`);
      return [[name, family, formatDuration(age_seconds), listed(shown, mostShown), problem]];
    },
  },
});
