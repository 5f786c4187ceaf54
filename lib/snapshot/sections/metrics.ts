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
  source: 'a file or URL in the text format of Prometheus (try: grep ^FAMILY FILE, or curl -s URL | grep ^FAMILY)',
  noun: 'metric',
  subjects: ({ metrics: own }: SnapshotConfig) => namesUnder('metrics', own),
  places: ({ metrics: own }: SnapshotConfig) =>
    Object.entries(own).flatMap(([item, { host, file }]) =>
      file === undefined ? [] : [{ item, host, path: file, key: ['metrics', item, 'host'] }],
    ),
  schema: object({
    place: words('file, pattern of files or URL that was read'),
    family: words('name of the metric'),
    /** Of the files that have the metric, or of all where none has it. Answers of URLs have no age. */
    oldest_file: optional(words('file that was written longest ago')),
    age_seconds: optional(quantity('s', 'age of the file that was written longest ago')),
    /** Configured with the metric, like a stream’s window. */
    stale_seconds: optional(quantity('s', 'age above which the values are unknown')),
    values: described(recordOf(number), { units: '1', long_name: 'values of the metric’s series' }),
    /** In place of values, where they are Unix times that are judged by their age. */
    ages: described(recordOf(number), { units: 's', long_name: 'ages of the times in the metric’s series' }),
    problem: optional(words('series that were left out')),
    limits: object({ amber: optional(string), red: optional(string) }),
    age_limits: optional(object({ amber: optional(number), red: optional(number) })),
    /** Level where no series matches. As a word it is no variable of the archive. */
    absent: optional(string),
  }),
  group: 'plugins',
  panels: [{ title: 'Metrics', levelsOf: 'metric-value' }],
  table: {
    title: 'Metrics',
    columns: ['name', 'metric', 'age', 'values', 'remark'],
    rows: ({ family, age_seconds, values, ages, problem = '' }, name) => {
      const shown = [
        ...Object.entries(values).map(([series, value]) => `${series}: ${value}`),
        ...Object.entries(ages).map(([series, age]) => `${series}: ${formatDuration(age)} ago`),
      ];
      const age = age_seconds === undefined ? '' : formatDuration(age_seconds);
      return [[name, family, age, listed(shown, mostShown), problem]];
    },
  },
});
