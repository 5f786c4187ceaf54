// The files that thermal-heartbeat writes, and how a beat reads the state of the previous beat.
import { defineFile } from '../contract/file.ts';
import { listOf, number, object, type ObjectOf, opaque, optional, recordOf, string } from '../contract/shape.ts';
import type { World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import type { HungChips } from './hanging.ts';
import type { Steady } from './stuck.ts';
import { isActive, isFault, isSound, signatureOf, type Track, type Tracks } from './episode.ts';
import type { Telling } from './telling.ts';

export { recipients, type Telling } from './telling.ts';

export const thermalTextfile = defineFile<string>({
  summary: 'temperatures, and when they were last read, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'thermal.prom'),
  mode: 0o644,
});

/** Replaced when an episode begins, ends, or is reported: a reboot must not lose what Sentry believes to be going on. */
export const keptEpisodes = defineFile<{ schema_version: number; tracks: Tracks }>({
  summary: 'the alerts that have begun, and whether they were reported',
  format: 'json',
  path: ({ state }) => join(state, 'thermal', 'episodes.json'),
  mode: 0o644,
  onlyOnChange: true,
  schema: object({ schema_version: number, tracks: recordOf(opaque<Track>()) }),
});

/** Written to disk by a beat that reads no temperature: a reboot must not lose the time of the last reading. */
export const lastHeartbeat = defineFile<{ schema_version: number; heartbeat_seconds: number }>({
  summary: 'when a temperature was last read',
  format: 'json',
  path: ({ state }) => join(state, 'thermal', 'last_heartbeat.json'),
  mode: 0o644,
  schema: object({ schema_version: number, heartbeat_seconds: number }),
});

export const stateVersion = 1;

const state = {
  schema_version: number,
  at: string,
  /** Time of the last beat that counted as a sample. */
  sampled_at: optional(string),
  /** Unix time of the last beat that read a temperature. */
  heartbeat_seconds: optional(number),
  steady: recordOf(opaque<Steady[string]>()),
  tracks: recordOf(opaque<Track>()),
  /** Type of the thermal zone → beats in a row in which it and hwmon differed. */
  disagreements: recordOf(number),
  hung: optional(opaque<HungChips>()),
  /** Folders of chips that are asked last by the next beat, and of those that are asked first. */
  slow: optional(listOf(string)),
  unasked: optional(listOf(string)),
  /** Recipient → time until which it asked to be sent nothing. */
  quiet_until: opaque<Readonly<Record<string, string>>>(),
  /** When the cron monitor last received its settings. */
  monitor_told_at: optional(string),
  /** Whether the recipients accept what they are sent. */
  telling: optional(opaque<Telling>()),
  /** The signature of the episodes that are kept on disk. */
  kept: optional(string),
};

export type ThermalState = Readonly<ObjectOf<typeof state>>;

const soundTracks = (tracks: Tracks): Tracks =>
  Object.fromEntries(Object.entries(tracks).filter(([, track]) => isSound(track)));

/** Kept in the runtime folder: a reboot may lose it, and no disk should be written 2,880 times a day. */
export const thermalState = defineFile<ThermalState>({
  summary: 'what one beat leaves for the next: what was above its limit, and what was reported',
  format: 'json',
  // The path repeats the whole state folder, so that two sites of one user never share a file.
  path: ({ runtime, state }) => join(runtime, 'thermal', state, 'thermal_state.json'),
  mode: 0o644,
  schema: object(state),
});

/** Undefined if there is no state, if it cannot be read, or if it is of another version. */
export async function readState({ previous }: Pick<World<never>, 'previous'>): Promise<ThermalState | undefined> {
  const { content } = await previous(thermalState);
  if (content?.schema_version !== stateVersion) return undefined;
  return { ...content, tracks: soundTracks(content.tracks) };
}

/** For the stages that judge the monitor: as the last beat left it. */
export const readTelling = async ({ read }: Pick<World<never>, 'read'>): Promise<Telling | undefined> =>
  (await read(thermalState).catch(() => undefined))?.telling;

/** The episodes of before a reboot, and the signature of what lies on disk. */
export async function readKeptEpisodes(
  { previous }: Pick<World<never>, 'previous'>,
  at: Date,
): Promise<{ tracks: Tracks; kept: string }> {
  const found = (await previous(keptEpisodes)).content;
  const tracks = soundTracks(found?.tracks ?? {});
  const resumed_at = at.toISOString();
  const resumed = Object.entries(tracks).map(([key, track]): [string, Track] => [
    key,
    track.ended_at === undefined ? { ...track, over: 0, under: 0, resumed_at } : track,
  ]);
  return { tracks: Object.fromEntries(resumed), kept: signatureOf(tracks) };
}

/** The temperatures of the last heartbeat, for screens. */
export interface Temperatures {
  /** When the heartbeat last ran: a screen shows no number of an old one. */
  readonly at: string;
  readonly sensors: readonly {
    readonly name: string;
    /** Absent where the sensor has no temperature. */
    readonly celsius?: number;
    /** What is wrong with it: `above 85 °C`. */
    readonly trouble?: string;
  }[];
}

export function temperaturesOf(state: ThermalState | undefined): Temperatures | undefined {
  if (state?.schema_version !== stateVersion) return undefined;
  const troubles = new Map(
    Object.values(state.tracks)
      .filter(isActive)
      .map((track) => [
        nameOf(`${track.source} ${track.chip} ${track.sensor}`),
        isFault(track) ? track.why : `above ${track.above} °C`,
      ]),
  );
  const celsius = new Map(
    Object.entries(state.steady).flatMap(([key, value]) =>
      Number.isFinite(value.celsius) ? [[nameOf(key), value.celsius] as const] : [],
    ),
  );
  const sensors = [...new Set([...troubles.keys(), ...celsius.keys()])].map((name) => {
    const [value, trouble] = [celsius.get(name), troubles.get(name)];
    return { name, ...(value === undefined ? {} : { celsius: value }), ...(trouble === undefined ? {} : { trouble }) };
  });
  const rank = ({ trouble, celsius: value }: (typeof sensors)[number]): number =>
    (trouble === undefined ? 0 : 1000) + (value ?? 0);
  return { at: state.at, sensors: sensors.sort((a, b) => rank(b) - rank(a)) };
}

/** Sensor → its name without the source that read it: `coretemp-0 Package id 0`. */
const nameOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
