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
  started_at: 'instant',
  ms: 'number',
  outcome: ['ok', 'failed'],
  exit_code: 'number',
  counts: 'numbers',
  problems: 'strings',
  'every_seconds?': 'number',
  'last_success_at?': 'instant',
});

const mostMissed = 3;

/** Returns a message if the stage is overdue. Its age is taken at the previous run of the asking stage, not now: after a sleep,
 * or where cycles run only by hand, all stages are equally old and none is overdue. */
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
