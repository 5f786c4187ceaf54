// An episode is a span of time in which something is wrong with one sensor: a temperature above its limit (`Hot`), or a
// fault (a judged sensor that cannot be read, a chip's own alarm, a fan that does not turn). Episodes are kept from beat to
// beat, and each is reported when it begins, while it lasts, and when it ends.
import { anyObject, fits, number, object, type ObjectOf, oneOf, optional, string } from '../contract/shape.ts';
import { secondsSince } from '../core/age.ts';
import { withoutUndefined } from '../core/fields.ts';
import type { Limits } from './judge.ts';
import type { Reading } from './reading.ts';

const episode = {
  source: string,
  chip: string,
  sensor: string,
  /** For people: `CPU package`. */
  title: string,
  /** Samples in a row in which it was wrong, or well again. */
  over: number,
  under: number,
  /** When the sensor was last read; of a fault, when it was last seen. */
  read_at: string,
  began_at: optional(string),
  ended_at: optional(string),
  /** Absent if the episode ended because all was well again. */
  ended_as: optional(oneOf(['unjudged', 'gone'])),
  /** Since when its source, although it works, has not shown the sensor. */
  missing_since: optional(string),
  /** When Sentry last got a `begun` or `lasting` event. */
  told_at: optional(string),
  /** The machine was started again since the episode began: nobody knows what happened in between. */
  resumed_at: optional(string),
  /** The previous episode of this sensor, which has ended and must be reported first. */
  earlier: optional(anyObject),
};

const hot = {
  ...episode,
  above: number,
  /** The configuration key of the limit. */
  limit_key: string,
  /** Before the episode begins: beats in a row without a temperature. */
  unread: optional(number),
  celsius: number,
  highest_celsius: number,
  /** The limit when the episode began: the configuration may have changed since. */
  began_above: optional(number),
};

const fault = {
  ...episode,
  kind: oneOf(['unread', 'alarm', 'fan']),
  /** For people: `EIO`, `91 C, crit 85 C`, `0 rpm, minimum 600 rpm`. */
  why: string,
};

interface Linked {
  readonly earlier?: Track | undefined;
}

/** One sensor that is, or was until recently, above its limit. */
export type Hot = Readonly<ObjectOf<typeof hot>> & Linked & { readonly kind?: undefined };
export type Fault = Readonly<ObjectOf<typeof fault>> & Linked;

export type Track = Hot | Fault;
export type Tracks = Readonly<Record<string, Track>>;

export const isFault = (track: Track): track is Fault => track.kind !== undefined;

const hotShape = object(hot);
const faultShape = object(fault);

/** False for a damaged track: a beat that failed because of one would never send anything again. */
export const isSound = (track: Track): boolean =>
  (isFault(track) ? fits(faultShape, track) : fits(hotShape, track)) &&
  (track.earlier === undefined || isSound(track.earlier));

export const isActive = ({ began_at, ended_at }: Track): boolean => began_at !== undefined && ended_at === undefined;

/** One beat, as both kinds of episodes see it. */
export interface Beat<Limit extends keyof Limits> {
  readonly readings: readonly Reading[];
  readonly limits: Pick<Limits, Limit>;
  readonly before: Tracks;
  /** Time of the last beat that counted as a sample. */
  readonly lastAt: Date | undefined;
  readonly at: Date;
}

/** `open`: the episode that the beat continues. `kept`: the parts that it only passes on. An ended episode that is still to be
 * reported is kept unchanged in `earlier` while a new one counts. */
export function continueEpisode<Kind extends Track>(before: Readonly<Record<string, Kind>>, key: string) {
  const last = Object.hasOwn(before, key) ? before[key] : undefined;
  const open = last?.ended_at === undefined ? last : undefined;
  const { told_at, resumed_at } = open ?? {};
  return { open, kept: withoutUndefined({ told_at, resumed_at, earlier: open ? open.earlier : last }) };
}

/** A sensor that its source has not shown for this long is gone. */
const goneSeconds = 3600;

/** Beats closer together count as one sample (one was run by hand); beats further apart are not in a row. */
const [nearestSeconds, furthestSeconds] = [10, 300];

/** If two beats are very close together, only the first counts as a sample. */
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

/** The episodes that have begun: a copy on disk keeps them over a reboot. */
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
  `|${began_at ?? ''} ${ended_at ?? ''} ${told_at === undefined ? 'unreported' : 'reported'}${earlier ? chainOf(earlier) : ''}`;
