// The files that assess-health writes.
import type { HeartbeatFound } from '../confirm/files.ts';
import { instant } from '../contract/fields.ts';
import { defineFile } from '../contract/file.ts';
import { level, observationSchema } from '../contract/observation.ts';
import type { StageRecord } from '../contract/record.ts';
import { type ContentOf, listOf, number, object, optional, recordOf, string } from '../contract/shape.ts';
import type { Line } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { dayStamp } from '../core/time.ts';
import type { Judged } from '../engine/checks.ts';
import type { Snapshot } from '../snapshot/files.ts';
import type { Telling } from '../thermal/files.ts';

export const schemaVersion = 1;

const healthSchema = object({
  schema_version: number,
  assessed_at: instant('when the snapshot was assessed'),
  snapshot_time_utc: optional(instant('missing where there was no snapshot that could be read')),
  run_id: optional(string),
  site: string,
  hostname: string,
  overall_level: level,
  counts: object({ green: number, amber: number, red: number, unknown: number }),
  observations: listOf(observationSchema),
});

export type Health = ContentOf<typeof healthSchema>;

/** Health as it may be shown now: see current.ts. */
export interface CurrentHealth extends Health {
  /** Since when the levels are no longer known, if they are not. */
  readonly unknown_since?: string;
  /** Until when the levels may be shown, if they may. */
  readonly valid_until?: string;
}

export interface ShownConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly limits: { readonly snapshot: { readonly intervals: number } };
}

export type ShowsHealth = (
  health: Health,
  known: { readonly config: ShownConfig; readonly stages: readonly StageRecord[]; readonly at: Date },
) => CurrentHealth;

/** The input of a judgement: the snapshot and the monitor's own state. */
export interface JudgementInput {
  readonly snapshot: Snapshot | undefined;
  /** Why there is no snapshot; empty where there is one. */
  readonly missing: string;
  readonly stages: readonly StageRecord[];
  readonly heartbeat: HeartbeatFound;
  /** Whether the recipients of the thermal heartbeat accept what they are sent. */
  readonly telling?: Telling | undefined;
  /** The mails in the outbox; undefined to take them from the record of the last run of send-alerts. */
  readonly outbox?: { readonly waiting: number; readonly waiting_seconds: number; readonly dead: number };
  /** The stage that judges. Other stages are overdue relative to its previous run (see `overdue`). */
  readonly judgingStage: string;
}

export interface JudgedSite {
  readonly age: Judged;
  /** Empty without a snapshot: then no subject is known, and `age` contains the reason. */
  readonly snapshot: readonly Judged[];
  readonly monitor: readonly Judged[];
}

export const latestHealth = defineFile<Health>({
  summary: 'the latest assessment',
  format: 'json',
  path: ({ state }) => join(state, 'health', 'latest_health.json'),
  mode: 0o644,
  schema: healthSchema,
  fallsBack: true,
});

const historySchema = object({
  time: instant('of the snapshot'),
  run_id: string,
  schema_version: optional(number),
  overall_level: level,
  /** Level of an observation, or the worst of it and its parts. */
  levels: recordOf(level),
  /** Of parts that come and go, and of what has parts, by itself; absent where there are none. */
  parts: optional(recordOf(level)),
});

export type HistoryLine = ContentOf<typeof historySchema>;

/** Undefined where the line is torn: the lines around it are still readable. */
export function parseHistoryLine(line: Line<HistoryLine>): HistoryLine | undefined {
  try {
    return line.parse();
  } catch {
    return undefined;
  }
}

export const history = defineFile<HistoryLine>({
  summary: 'how each snapshot of the UTC day was judged; the last line of a run id counts',
  format: 'jsonl',
  path: ({ state }, at) => join(state, 'health', `health_${dayStamp(at)}.jsonl`),
  kept: 'raw',
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
