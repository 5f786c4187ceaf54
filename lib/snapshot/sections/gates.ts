import * as z from 'zod/mini';
import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
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
  schema: z.looseObject({
    file: words('summary file'),
    verdict: z.enum(gateVerdicts).register(z.globalRegistry, { long_name: 'verdict of the gate' }),
    decided_at: instant('time of the verdict'),
    age_seconds: quantity('s', 'age of the verdict'),
    counts: z
      .record(z.string(), z.number())
      .register(z.globalRegistry, { long_name: 'counts of the gate', units: '1' }),
    counts_problem: z.optional(words('counts that were left out')),
    reason: z.optional(words('reason of the verdict')),
  }),
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
