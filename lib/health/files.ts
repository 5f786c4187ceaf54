// What assess-health writes.
import * as z from 'zod/mini';
import { scalar, words } from '../contract/fields.ts';
import { defineFile } from '../contract/file.ts';
import { levels } from '../core/level.ts';
import { join } from '../core/path.ts';
import { dayStamp } from '../core/time.ts';

export const schemaVersion = 1;

const level = z.enum(levels);

const observationSchema = z.looseObject({
  id: words('`check:subject`, stable: the name for silences, labels, runbooks and the archive'),
  check: z.string(),
  subject: z.string(),
  level,
  value: scalar,
  unit: z.string(),
  limit: z.looseObject({ value: scalar, key: words('where it stands in the configuration') }),
  message: z.string(),
  clears_when: z.optional(z.string()),
  runbook: z.string(),
});

const healthSchema = z.looseObject({
  schema_version: z.number(),
  assessed_at: z.string(),
  snapshot_time_utc: z.optional(words('missing where there was no snapshot that could be read')),
  run_id: z.optional(z.string()),
  site: z.string(),
  hostname: z.string(),
  overall_level: level,
  counts: z.record(level, z.number()),
  observations: z.array(observationSchema),
});

export type Health = z.output<typeof healthSchema>;

export const latestHealth = defineFile<Health>({
  summary: 'the latest assessment',
  format: 'json',
  path: ({ state }) => join(state, 'health', 'latest_health.json'),
  mode: 0o644,
  schema: healthSchema,
  fallsBack: true,
});

const historySchema = z.looseObject({
  time: words('of the snapshot'),
  run_id: z.string(),
  schema_version: z.optional(z.number()),
  overall_level: level,
  levels: z.record(z.string(), level),
});

export type HistoryLine = z.output<typeof historySchema>;

export const history = defineFile<HistoryLine>({
  summary: 'how each snapshot of the UTC day was judged; the last line of a run id counts',
  format: 'jsonl',
  path: ({ state }, at) => join(state, 'health', `health_${dayStamp(at)}.jsonl`),
  mode: 0o644,
  schema: historySchema,
});

export const textfile = defineFile<string>({
  summary: 'levels, ages and probes for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'ops_monitor_health.prom'),
  mode: 0o644,
  fallsBack: true,
});
