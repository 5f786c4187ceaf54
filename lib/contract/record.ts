// The record of a stage's last run, written whether the run succeeded or failed.
import { secondsSince } from '../core/age.ts';
import { join } from '../core/path.ts';
import { formatLimit } from '../core/quantity.ts';
import { defineFile, type FileSpec } from './file.ts';
import { plainShape } from './shape.ts';

export interface StageRecord {
  readonly schema_version: number;
  readonly stage: string;
  readonly run_id: string;
  readonly started_at: string;
  readonly ms: number;
  readonly outcome: 'ok' | 'failed';
  readonly exit_code: number;
  readonly counts: Record<string, number>;
  readonly problems: string[];
  /** The interval of its timer; absent where the stage is run by hand only. */
  readonly every_seconds?: number | undefined;
  /** Time of the last successful run; a failed run keeps it. */
  readonly last_success_at?: string | undefined;
}

const schema = plainShape<StageRecord>({
  schema_version: 'number',
  stage: 'string',
  run_id: 'string',
  started_at: 'string',
  ms: 'number',
  outcome: ['ok', 'failed'],
  exit_code: 'number',
  counts: 'numbers',
  problems: 'strings',
  'every_seconds?': 'number',
  'last_success_at?': 'string',
});

const mostMissed = 3;

/** Returns a message where the stage is overdue. The age counts up to the previous run of the stage that asks, not up
 * to now: a machine that slept, or where somebody runs a cycle by hand once a day, has no overdue stage. */
export function overdue(record: StageRecord, asking: StageRecord | undefined): string | undefined {
  const { stage, started_at, every_seconds } = record;
  if (every_seconds === undefined || asking === undefined) return undefined;
  const seconds = secondsSince(started_at, asking.started_at);
  if (!(seconds > mostMissed * every_seconds)) return undefined;
  return `${stage} has not run since ${started_at}, though it should every ${formatLimit(every_seconds)}`;
}

export const stageRecord = (stage: string): FileSpec<StageRecord> =>
  defineFile<StageRecord>({
    summary: `the last run of ${stage}`,
    format: 'json',
    path: ({ state }) => join(state, 'stages', `${stage}.json`),
    mode: 0o644,
    schema,
    fallsBack: true,
  });
