// An episode is a span of time in which something is wrong with one sensor: a temperature above its limit (`Hot`), or a
// fault (a judged sensor that cannot be read, a chip's own alarm, a fan that does not turn). Episodes are kept from beat to
// beat, and each is reported when it begins, while it lasts, and when it ends.
import { secondsSince } from '../core/age.ts';

interface Episode {
  readonly source: string;
  readonly chip: string;
  readonly sensor: string;
  /** For people: `CPU package`. */
  readonly title: string;
  /** Samples in a row in which it was wrong, or well again. */
  readonly over: number;
  readonly under: number;
  /** When the sensor was last read; of a fault, when it was last seen. */
  readonly read_at: string;
  readonly began_at?: string;
  readonly ended_at?: string;
  /** Absent if the episode ended because all was well again. */
  readonly ended_as?: 'unjudged' | 'gone';
  /** Since when its source, although it works, has not shown the sensor. */
  readonly missing_since?: string;
  /** When Sentry last got a `begun` or `lasting` event. */
  readonly told_at?: string;
  /** The machine was started again since the episode began: nobody knows what happened in between. */
  readonly resumed_at?: string;
  /** The previous episode of this sensor, which has ended and must be reported first. */
  readonly earlier?: Track;
}

/** One sensor that is, or was until recently, above its limit. */
export interface Hot extends Episode {
  readonly kind?: undefined;
  readonly above: number;
  /** The configuration key of the limit. */
  readonly limit_key: string;
  /** Before the episode begins: beats in a row without a temperature. */
  readonly unread?: number;
  readonly celsius: number;
  readonly highest_celsius: number;
  /** The limit when the episode began: the configuration may have changed since. */
  readonly began_above?: number;
}

export const faultKinds = ['unread', 'alarm', 'fan'] as const;

export interface Fault extends Episode {
  readonly kind: (typeof faultKinds)[number];
  /** What was seen: `EIO`, `91 C, crit 85 C`, `0 rpm, minimum 600 rpm`. */
  readonly why: string;
}

export type Track = Hot | Fault;
export type Tracks = Readonly<Record<string, Track>>;

export const isFault = (track: Track): track is Fault => track.kind !== undefined;

export const isActive = ({ began_at, ended_at }: Track): boolean => began_at !== undefined && ended_at === undefined;

/** A sensor that its source has not shown for this long is gone. */
const goneSeconds = 3600;

/** Beats closer together count as one sample (one was run by hand); beats further apart are not in a row. */
const [nearestSeconds, furthestSeconds] = [10, 300];

/** Of two beats that are very close together only the first is a sample. */
export function isSample(lastAt: Date | undefined, at: Date): boolean {
  const seconds = secondsSince(lastAt, at);
  return !(seconds >= 0 && seconds < nearestSeconds);
}

/** Counts samples in a row, from the time of the last beat that counted as a sample. */
export function rowCounter(lastAt: Date | undefined, at: Date): (was: number) => number {
  const seconds = secondsSince(lastAt, at);
  const isNewSample = isSample(lastAt, at);
  const isInRow = seconds >= 0 && seconds <= furthestSeconds;
  return (was) => (isNewSample ? (isInRow ? was : 0) + 1 : was);
}

/** The disk was pulled or the module unloaded: the episode ends after an hour. */
export function awaitReturn<Kind extends Track>(track: Kind, at: Date): Kind {
  const { missing_since } = track;
  const now = at.toISOString();
  if (missing_since === undefined || secondsSince(missing_since, at) < 0) return { ...track, missing_since: now };
  return secondsSince(missing_since, at) < goneSeconds ? track : { ...track, ended_at: now, ended_as: 'gone' };
}

/** What must survive a reboot: episodes that have begun. */
export const begunTracks = (tracks: Tracks): Tracks =>
  Object.fromEntries(
    Object.entries(tracks).flatMap(([key, track]) => {
      const left = track.began_at === undefined ? track.earlier : track;
      return left ? [[key, left]] : [];
    }),
  );

/** Changes when an episode begins, ends, or is reported for the first time: only then the copy on disk is replaced. */
export const signatureOf = (tracks: Tracks): string =>
  Object.entries(begunTracks(tracks))
    .map(([key, track]) => `${key}${chainOf(track)}`)
    .sort()
    .join('\n');

const chainOf = ({ began_at, ended_at, told_at, earlier }: Track): string =>
  `|${began_at ?? ''} ${ended_at ?? ''} ${told_at === undefined ? 'owed' : 'told'}${earlier ? chainOf(earlier) : ''}`;
