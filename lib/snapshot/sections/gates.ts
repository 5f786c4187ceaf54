import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { described, number, object, oneOf, optional, recordOf } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import { listed } from '../../core/text.ts';
import type { SnapshotConfig } from '../config.ts';

/** Counts of one gate that fit into a row of the report. */
const mostShown = 12;

const gateVerdicts = ['pass', 'fail', 'unknown'] as const;

export const gates = defineSection({
  many: true,
  source: 'the JSON summary that the gate leaves (try: cat FILE)',
  noun: 'gate',
  subjects: ({ gates: own }: SnapshotConfig) => namesUnder('gates', own),
  places: ({ gates: own }: SnapshotConfig) =>
    Object.entries(own).map(([item, { host, file }]) => ({ item, host, path: file, key: ['gates', item, 'host'] })),
  schema: object({
    file: words('summary file'),
    verdict: described(oneOf(gateVerdicts), { long_name: 'verdict of the gate' }),
    decided_at: instant('time of the verdict'),
    age_seconds: quantity('s', 'age of the verdict'),
    counts: described(recordOf(number), { long_name: 'counts of the gate', units: '1' }),
    counts_problem: optional(words('counts that were left out')),
    reason: optional(words('reason of the verdict')),
  }),
  group: 'gates',
  panels: [
    { title: 'Gates', levelsOf: 'gate-verdict' },
    { title: 'Age of the verdicts', field: 'age_seconds', limits: { check: 'gate-age' } },
  ],
  table: {
    title: 'Gates',
    columns: ['gate', 'verdict', 'age', 'counts', 'reason'],
    rows: ({ verdict, age_seconds, counts, counts_problem = '', reason = '' }, name) => {
      const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
      const remarks = [reason, counts_problem].filter((text) => text !== '').join('; ');
      return [[name, verdict, formatDuration(age_seconds), listed(counted, mostShown), remarks]];
    },
  },
});
