// What thermal-heartbeat writes, and how a beat reads what the one before has left.
import { defineFile } from '../contract/file.ts';
import { plainShape } from '../contract/shape.ts';
import type { World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import type { HungChips } from './hanging.ts';
import type { Steady } from './stuck.ts';
import type { Track, Tracks } from './thresholds.ts';

export const thermalTextfile = defineFile<string>({
  summary: 'temperatures, and when they were last read, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'thermal.prom'),
  mode: 0o644,
});

/** On the disk, by a beat that reads no temperature: a boot in between must not take since when there has been none. */
export const lastHeartbeat = defineFile<{ schema_version: number; heartbeat_seconds: number }>({
  summary: 'when a temperature was last read',
  format: 'json',
  path: ({ state }) => join(state, 'thermal', 'last_heartbeat.json'),
  mode: 0o644,
  schema: plainShape({ schema_version: 'number', heartbeat_seconds: 'number' }),
});

export const stateVersion = 1;

export interface ThermalState {
  readonly schema_version: number;
  readonly at: string;
  /** When the last beat was that counted as a sample. */
  readonly sampled_at?: string | undefined;
  /** Unix time of the last beat that read a temperature. */
  readonly heartbeat_seconds?: number | undefined;
  readonly steady: Steady;
  readonly tracks: Tracks;
  /** Beats in a row in which a zone and hwmon said something else, by pair. */
  readonly disagreements: Readonly<Record<string, number>>;
  readonly hung?: HungChips | undefined;
  /** By whom it is sent to: until when he wants to hear nothing. */
  readonly quiet_until: Readonly<Record<string, string>>;
  /** When the cron monitor was last told how it is set up. */
  readonly monitor_told_at?: string | undefined;
}

const trackShape = plainShape<Track>({
  source: 'string',
  chip: 'string',
  sensor: 'string',
  title: 'string',
  above: 'number',
  limit_key: 'string',
  over: 'number',
  under: 'number',
  'unread?': 'number',
  celsius: 'number',
  read_at: 'string',
  highest_celsius: 'number',
  'began_at?': 'string',
  'began_above?': 'number',
  'ended_at?': 'string',
  'missing_since?': 'string',
  'told_at?': 'string',
  'earlier?': 'object',
});

const isSound = (track: Track): boolean =>
  trackShape.safeParse(track).success && (track.earlier === undefined || isSound(track.earlier));

/** One that is damaged costs itself: whoever stumbled over it in each beat would tell nobody of anything any more. */
const soundTracks = (tracks: Tracks): Tracks =>
  Object.fromEntries(Object.entries(tracks).filter(([, track]) => isSound(track)));

/** In the runtime folder: what a boot may take, and what no disk has to take 2,880 times a day. */
export const thermalState = defineFile<ThermalState>({
  summary: 'what one beat leaves for the next: what was above its limit, and who was told',
  format: 'json',
  // The whole path of the state again, so that two sites of one user never meet.
  path: ({ runtime, state }) => join(runtime, 'thermal', state, 'thermal_state.json'),
  mode: 0o644,
  schema: plainShape<ThermalState>({
    schema_version: 'number',
    at: 'string',
    'sampled_at?': 'string',
    'heartbeat_seconds?': 'number',
    steady: 'objects',
    tracks: 'objects',
    disagreements: 'numbers',
    'hung?': 'objects',
    quiet_until: 'object',
    'monitor_told_at?': 'string',
  }),
});

/** What cannot be read, or is of another version, is as good as none. */
export async function readState({ previous }: Pick<World<never>, 'previous'>): Promise<ThermalState | undefined> {
  const state = (await previous(thermalState)).content;
  return state?.schema_version === stateVersion ? { ...state, tracks: soundTracks(state.tracks) } : undefined;
}
