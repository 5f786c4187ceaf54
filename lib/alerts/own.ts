// What the monitor knows of itself, as its rules see it.
import type { StageRecord } from '../contract/record.ts';
import type { World } from '../contract/stage.ts';
import { clockToleranceSeconds } from '../core/time.ts';
import { readHeartbeat } from '../confirm/files.ts';
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
  const { accepted_at, first_tried_at, words } = found.record;
  const age = (now.getTime() - Date.parse(accepted_at ?? first_tried_at)) / 1000;
  if (age >= -clockToleranceSeconds) return { stages, heartbeat: { age_seconds: Math.max(0, age), says: words } };
  return {
    stages,
    heartbeat: { age_seconds: undefined, says: 'the last heartbeat is from the future, or of no time' },
  };
}
