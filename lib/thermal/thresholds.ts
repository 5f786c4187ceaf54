// When an alert for a temperature begins, lasts and ends. Pure: readings, previous tracks and the clock come in as data.
import { isAcross } from '../engine/judgement.ts';
import {
  awaitReturn,
  type Beat,
  continueEpisode,
  type Hot,
  isFault,
  rowCounter,
  type Track,
  type Tracks,
} from './episode.ts';
import type { Judged } from './judge.ts';
import { isGood } from './reading.ts';

/** This many beats in a row without a temperature do not interrupt a row of samples. */
const mostUnread = 2;

interface HotBeat extends Beat<'samples' | 'clear'> {
  readonly judged: readonly Judged[];
  /** Sources that failed: the values of their sensors are unknown. */
  readonly failed: ReadonlySet<string>;
}

/** Advances all tracks of temperatures by one beat. */
export function step({ readings, judged, failed, limits, before, lastAt, at }: HotBeat): Tracks {
  const count = rowCounter(lastAt, at);
  const tracks = Object.fromEntries(
    Object.entries(before).flatMap(([key, track]) => (isFault(track) ? [] : [[key, track]])),
  );
  const next: Record<string, Track> = {};
  const seen = new Set<string>();
  for (const one of judged) {
    seen.add(one.key);
    const track = advanceJudged(one);
    if (track) next[one.key] = track;
  }
  for (const [key, track] of Object.entries(tracks)) {
    if (seen.has(key)) continue;
    if (track.began_at === undefined) {
      const left = isUnknown(track) ? countUnread(track) : track.earlier;
      if (left) next[key] = left;
      continue;
    }
    next[key] = track.ended_at === undefined ? advanceUnseen(track) : track;
  }
  return next;

  /** The sensor exists, or may exist, but has no temperature in this beat. */
  function isUnknown({ source, chip, sensor }: Hot): boolean {
    if (failed.has(source)) return true;
    const same = readings.find((one) => one.source === source && one.chip === chip && one.sensor === sensor);
    return same !== undefined && !isGood(same);
  }

  /** A sensor that fails now and then still raises an alert; one that fails for longer is dropped. */
  function countUnread(track: Hot): Track | undefined {
    const beats = (track.unread ?? 0) + 1;
    return beats > mostUnread ? track.earlier : { ...track, unread: beats };
  }

  /** An unreadable value does not end an alert. */
  function advanceUnseen(track: Hot): Hot {
    const ofSource = readings.filter(({ source }) => source === track.source);
    const same = ofSource.find(({ chip, sensor }) => chip === track.chip && sensor === track.sensor);
    const now = at.toISOString();
    const { missing_since: _, ...present } = { ...track, under: 0 };
    if (same && isGood(same)) {
      const highest_celsius = Math.max(track.highest_celsius, same.celsius);
      return { ...present, celsius: same.celsius, highest_celsius, read_at: now, ended_at: now, ended_as: 'unjudged' };
    }
    // A chip whose name could not be read may be this one.
    if (same || ofSource.some(({ driver }) => driver === '')) return present;
    if (failed.has(track.source)) return { ...track, under: 0 };
    // Its source may have no other sensor, or may have been switched off.
    return awaitReturn({ ...track, under: 0 }, at);
  }

  function advanceJudged({ key, reading, title, above, limit_key }: Judged): Track | undefined {
    const { source, chip, sensor, celsius } = reading;
    const { open, kept } = continueEpisode(tracks, key);
    const isOver = isAcross(celsius, 'above', above);
    const isUnder = !isAcross(celsius, 'above', above - limits.clear);
    const over = isOver ? count(open?.over ?? 0) : 0;
    const under = isUnder ? count(open?.under ?? 0) : 0;
    if (open?.began_at === undefined && !isOver) return kept.earlier;
    const began_at = open?.began_at ?? (over >= limits.samples ? at.toISOString() : undefined);
    const ended = open?.began_at !== undefined && under >= limits.samples;
    return {
      source,
      chip,
      sensor,
      title,
      above,
      limit_key,
      over,
      under,
      celsius,
      read_at: at.toISOString(),
      highest_celsius: Math.max(celsius, open?.highest_celsius ?? celsius),
      ...(began_at === undefined ? {} : { began_at, began_above: open?.began_above ?? above }),
      ...(ended ? { ended_at: at.toISOString() } : {}),
      ...kept,
    };
  }
}
