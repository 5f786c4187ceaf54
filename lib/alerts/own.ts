// What the monitor knows of itself, as its rules see it.
import type { StageRecord } from '../contract/record.ts';
import type { World } from '../contract/stage.ts';
import { readHeartbeat, secondsUnheard } from '../confirm/files.ts';
import type { AlertsConfig } from './config.ts';

export interface OwnState {
  readonly snapshot: { readonly age_seconds: number | undefined; readonly problem: string | undefined };
  /** By reading: why it failed; undefined where it did not. */
  readonly readings: Readonly<Record<string, string | undefined>>;
  readonly outbox: { readonly waiting: number; readonly oldest_seconds: number };
  readonly stages: readonly StageRecord[];
  /** Since the watcher outside accepted one, or since it is tried; undefined where none is tried. */
  readonly heartbeat: { readonly age_seconds: number | undefined; readonly says: string } | undefined;
}

/** What the stages left of their last runs. */
export async function recordsOf(
  world: World<AlertsConfig>,
  now: Date,
): Promise<Pick<OwnState, 'stages' | 'heartbeat'>> {
  const stages = await world.stageRecords();
  const found = await readHeartbeat(world);
  if (!found) return { stages, heartbeat: undefined };
  if ('problem' in found) return { stages, heartbeat: { age_seconds: undefined, says: found.problem } };
  const age_seconds = secondsUnheard(found.record, now);
  const says = age_seconds === undefined ? 'the last heartbeat is from the future, or of no time' : found.record.words;
  return { stages, heartbeat: { age_seconds, says } };
}
