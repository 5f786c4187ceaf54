// The files that confirm-cycle writes.
import { instant, words } from '../contract/fields.ts';
import { defineFile } from '../contract/file.ts';
import { type ContentOf, number, object, oneOf, optional, string } from '../contract/shape.ts';
import type { World } from '../contract/stage.ts';
import { ageOf } from '../core/age.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';

const heartbeatSchema = object({
  schema_version: number,
  tried_at: instant('when a heartbeat was last tried'),
  first_tried_at: instant('when a heartbeat was first tried; kept from run to run'),
  style: string,
  told: oneOf(['success', 'failure']),
  outcome: oneOf(['accepted', 'refused', 'withheld', 'unsent']),
  words: words('the result in words, without the address'),
  accepted_at: optional(instant('when the watchdog last accepted one; kept from run to run')),
});

export type HeartbeatRecord = ContentOf<typeof heartbeatSchema>;

export const heartbeatRecord = defineFile<HeartbeatRecord>({
  summary: 'the last heartbeat to the outside watchdog, and when it last accepted one',
  format: 'json',
  path: ({ state }) => join(state, 'confirm', 'heartbeat.json'),
  mode: 0o644,
  schema: heartbeatSchema,
  fallsBack: true,
});

export const textfile = defineFile<string>({
  summary: 'for Prometheus: the last run of each stage, missing files and the heartbeat',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'ops_monitor_cycle.prom'),
  mode: 0o644,
  fallsBack: true,
});

/** Seconds since the last accepted heartbeat or, without one, since the first try; undefined if that is no valid past time. */
export const secondsSinceAccepted = ({ accepted_at, first_tried_at }: HeartbeatRecord, at: Date): number | undefined =>
  ageOf(accepted_at ?? first_tried_at, at).seconds;

/** Undefined where no heartbeat is configured or none was tried yet. */
export type HeartbeatFound = { readonly record: HeartbeatRecord } | { readonly problem: string } | undefined;

export async function readHeartbeat(
  world: World<{ readonly heartbeat?: object | undefined }>,
): Promise<HeartbeatFound> {
  if (!world.config.heartbeat) return undefined;
  try {
    const record = await world.read(heartbeatRecord);
    return record && { record };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}
