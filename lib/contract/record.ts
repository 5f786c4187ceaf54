// What each stage leaves of its last run, written by the engine whatever became of the run.
import { join } from 'node:path';
import * as z from 'zod/mini';
import { defineFile, type FileSpec } from './file.ts';

const recordSchema = z.looseObject({
  schema_version: z.number(),
  stage: z.string(),
  run_id: z.string(),
  started_at: z.string(),
  ms: z.number(),
  outcome: z.enum(['ok', 'failed']),
  exit_code: z.number(),
  counts: z.record(z.string(), z.number()),
  problems: z.array(z.string()),
  /** Kept from run to run: a failure does not change it. */
  last_success_at: z.optional(z.string()),
});

export type StageRecord = z.output<typeof recordSchema>;

export const stageRecord = (stage: string): FileSpec<StageRecord> =>
  defineFile<StageRecord>({
    summary: `the last run of ${stage}`,
    format: 'json',
    path: ({ state }) => join(state, 'stages', `${stage}.json`),
    mode: 0o644,
    schema: recordSchema,
    fallsBack: true,
  });
