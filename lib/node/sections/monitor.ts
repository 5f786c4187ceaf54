import { instant, quantity, words } from '../../contract/fields.ts';
import { level } from '../../contract/observation.ts';
import { defineSection } from '../../contract/section.ts';
import { described, listOf, object, optional } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import { partsFields, shown } from '../define.ts';

export const monitor = defineSection({
  many: false,
  source: 'the last assessment and the last snapshot, in `files.state` of the configuration (try: ops-monitor status)',
  noun: 'monitor',
  subjects: () => [],
  schema: object({
    site: words('site that the ops-monitor on this node watches'),
    version: optional(words('its version')),
    overall_level: described(level, { long_name: 'worst level that it sees; unknown where that is too old' }),
    assessed_at: instant('time of its last assessment'),
    age_seconds: optional(quantity('s', 'age of the snapshot that it assessed')),
    counts: object({
      green: quantity('1', 'green observations'),
      amber: quantity('1', 'amber observations'),
      red: quantity('1', 'red observations'),
      unknown: quantity('1', 'unknown observations'),
    }),
    worst: described(listOf(object({ id: words('observation'), level, message: words('what is wrong') })), {
      long_name: 'the worst observations that are not green',
    }),
    ...partsFields,
  }),
  group: 'monitor',
  table: {
    title: 'ops-monitor on this node',
    columns: ['level', 'red', 'unknown', 'amber', 'green', 'age', 'worst'],
    rows: ({ overall_level: overall, counts, age_seconds: age, worst: [first] }) => [
      [
        overall,
        shown(counts.red),
        shown(counts.unknown),
        shown(counts.amber),
        shown(counts.green),
        age === undefined ? '-' : formatDuration(age),
        first === undefined ? '-' : first.message,
      ],
    ],
  },
});
