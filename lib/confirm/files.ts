// What confirm-cycle writes.
import * as z from 'zod/mini';
import { words } from '../contract/fields.ts';
import { defineFile } from '../contract/file.ts';
import type { World } from '../contract/stage.ts';
import { ageOf } from '../core/age.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';

const heartbeatSchema = z.looseObject({
  schema_version: z.number(),
  tried_at: z.string(),
  first_tried_at: words('since when heartbeats are tried at all; kept from run to run'),
  style: z.string(),
  told: z.enum(['success', 'failure']),
  outcome: z.enum(['accepted', 'refused', 'withheld', 'unsent']),
  words: words('what became of it, without the address'),
  accepted_at: z.optional(words('kept from run to run: a refusal does not change it')),
});

export type HeartbeatRecord = z.output<typeof heartbeatSchema>;

export const heartbeatRecord = defineFile<HeartbeatRecord>({
  summary: 'the last heartbeat to the watcher outside, and when one was last accepted',
  format: 'json',
  path: ({ state }) => join(state, 'confirm', 'heartbeat.json'),
  mode: 0o644,
  schema: heartbeatSchema,
  fallsBack: true,
});

export const textfile = defineFile<string>({
  summary: 'the stages’ last runs, what is missing and the heartbeat for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'ops_monitor_cycle.prom'),
  mode: 0o644,
  fallsBack: true,
});

/** Since the watcher accepted one, or since it is tried; undefined where no clock of ours can have said that. */
export const secondsUnheard = ({ accepted_at, first_tried_at }: HeartbeatRecord, at: Date): number | undefined =>
  ageOf(accepted_at ?? first_tried_at, at).seconds;

/** Undefined where none is configured, or none was tried yet. */
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
