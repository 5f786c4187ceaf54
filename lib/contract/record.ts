// The record of a stage's last run, written whether the run succeeded or failed.
import { secondsSince } from '../core/age.ts';
import { join } from '../core/path.ts';
import { formatLimit } from '../core/quantity.ts';
import { defineFile, type FileSpec } from './file.ts';
import { instant, listOf, number, object, type ObjectOf, oneOf, optional, recordOf, string } from './shape.ts';

const fields = {
  schema_version: number,
  stage: string,
  run_id: string,
  started_at: instant,
  ms: number,
  outcome: oneOf(['ok', 'failed']),
  exit_code: number,
  counts: recordOf(number),
  problems: listOf(string),
  /** The interval of its timer; absent where the stage is run by hand only. */
  every_seconds: optional(number),
  /** Time of the last successful run; a failed run keeps it. */
  last_success_at: optional(instant),
};

export type StageRecord = Readonly<ObjectOf<typeof fields>>;

/** The record of a run that did nothing; interval and last success are those of the record before. */
export const failedRun = (
  stage: string,
  started_at: string,
  problems: readonly string[],
  { every_seconds, last_success_at }: Partial<StageRecord> = {},
): StageRecord => ({
  schema_version: 1,
  stage,
  run_id: '',
  started_at,
  ms: 0,
  outcome: 'failed',
  exit_code: 1,
  counts: {},
  ...(every_seconds === undefined ? {} : { every_seconds }),
  problems: [...problems],
  ...(last_success_at === undefined ? {} : { last_success_at }),
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

/** `run-gate@release`, as systemd names the instances of a template. */
export const runName = (stage: string, operand: string | undefined): string =>
  operand === undefined ? stage : `${stage}@${operand}`;

/** False for a gate that left the configuration: nobody runs it again, and its last verdict says nothing about now. */
export function isConfiguredRun(name: string, config: unknown): boolean {
  const [stage, gate] = name.split('@', 2);
  if (stage !== 'run-gate' || gate === undefined) return true;
  const { 'gate-runs': gates = {} } = config as { readonly 'gate-runs'?: object };
  return Object.hasOwn(gates, gate);
}

export const stageRecord = (stage: string): FileSpec<StageRecord> =>
  defineFile<StageRecord>({
    summary: `the last run of ${stage}`,
    format: 'json',
    path: ({ state }) => join(state, 'stages', `${stage}.json`),
    mode: 0o644,
    schema: object(fields),
    fallsBack: true,
  });
