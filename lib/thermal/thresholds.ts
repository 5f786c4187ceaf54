// When an alert for a temperature begins, lasts and ends. Pure: readings, previous tracks and the clock come in as data.
import { isAcross } from '../engine/judgement.ts';
import { secondsSince } from '../core/age.ts';
import type { ThermalConfig } from './config.ts';
import { cpuPackages, nvmeDisks } from './package.ts';
import { type Good, isGood, keyOf, type Reading } from './reading.ts';

export type Limits = Pick<ThermalConfig['thermal'], 'cpu' | 'nvme' | 'for' | 'samples' | 'clear'>;

/** One sensor that is, or was until recently, above its limit. Kept from beat to beat. */
export interface Track {
  readonly source: string;
  readonly chip: string;
  readonly sensor: string;
  /** For people: `CPU package`. */
  readonly title: string;
  readonly above: number;
  /** The configuration key of the limit. */
  readonly limit_key: string;
  /** Samples in a row above the limit, or well below it. */
  readonly over: number;
  readonly under: number;
  /** Before the alert begins: beats in a row without a temperature. */
  readonly unread?: number;
  readonly celsius: number;
  readonly read_at: string;
  readonly highest_celsius: number;
  /** When the samples above the limit were enough. */
  readonly began_at?: string;
  /** The limit at that time: the configuration may have changed since. */
  readonly began_above?: number;
  readonly ended_at?: string;
  /** Absent if the alert ended because the temperature fell. */
  readonly ended_as?: 'unjudged' | 'gone';
  /** Since when its source, although it works, has not shown the sensor. */
  readonly missing_since?: string;
  /** When Sentry last got a `begun` or `lasting` event. */
  readonly told_at?: string;
  /** The previous alert of this sensor, which has ended and must be reported first. */
  readonly earlier?: Track;
}

export type Tracks = Readonly<Record<string, Track>>;

export interface Judged {
  /** Stable from beat to beat; a package keeps its key when another core becomes the hottest. */
  readonly key: string;
  readonly reading: Good;
  readonly title: string;
  readonly above: number;
  readonly limit_key: string;
}

/** Beats closer together count as one sample (one was run by hand); beats further apart are not in a row. */
const [nearestSeconds, furthestSeconds] = [10, 300];
/** This many beats in a row without a temperature do not interrupt a row of samples. */
const mostUnread = 2;
/** A sensor that its source has not shown for this long is gone. */
const goneSeconds = 3600;

/** Every reading that has a limit. */
export function judge(readings: readonly Reading[], limits: Limits): Judged[] {
  const cpu = new Set(cpuPackages(readings));
  const nvme = new Set(nvmeDisks(readings));
  return readings.filter(isGood).flatMap((reading) => {
    const key = cpu.has(reading) ? `${reading.source} ${reading.chip} package` : keyOf(reading);
    const title = cpu.has(reading) ? 'CPU package' : nvme.has(reading) ? 'NVMe disk' : reading.sensor;
    const index = limits.for.findIndex((exception) => fits(exception, reading));
    if (index >= 0) {
      const above = limits.for[index]?.above;
      return above === undefined ? [] : [{ key, reading, title, above, limit_key: `thermal.for.${index}.above` }];
    }
    if (cpu.has(reading)) return [{ key, reading, title, above: limits.cpu.above, limit_key: 'thermal.cpu.above' }];
    if (nvme.has(reading)) return [{ key, reading, title, above: limits.nvme.above, limit_key: 'thermal.nvme.above' }];
    return [];
  });
}

const fits = ({ source, chip, sensor }: Limits['for'][number], reading: Good): boolean =>
  matches(source, reading.source) && matches(chip, reading.chip) && matches(sensor, reading.sensor);

/** `*` stands for anything. */
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

interface Beat {
  readonly readings: readonly Reading[];
  readonly judged: readonly Judged[];
  /** Sources that failed: the values of their sensors are unknown. */
  readonly failed: ReadonlySet<string>;
  readonly limits: Pick<Limits, 'samples' | 'clear'>;
  readonly before: Tracks;
  /** Time of the last beat that counted as a sample. */
  readonly lastAt: Date | undefined;
  readonly at: Date;
}

/** Of two beats that are very close together only the first is a sample. */
export function isSample(lastAt: Date | undefined, at: Date): boolean {
  const seconds = secondsSince(lastAt, at);
  return !(seconds >= 0 && seconds < nearestSeconds);
}

/** Advances all tracks by one beat. */
export function step({ readings, judged, failed, limits, before, lastAt, at }: Beat): Tracks {
  const seconds = secondsSince(lastAt, at);
  const isNewSample = isSample(lastAt, at);
  const isInRow = seconds >= 0 && seconds <= furthestSeconds;
  const next: Record<string, Track> = {};
  const seen = new Set<string>();
  for (const one of judged) {
    seen.add(one.key);
    const track = advanceJudged(one, Object.hasOwn(before, one.key) ? before[one.key] : undefined);
    if (track) next[one.key] = track;
  }
  for (const [key, track] of Object.entries(before)) {
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
  function isUnknown({ source, chip, sensor }: Track): boolean {
    if (failed.has(source)) return true;
    const same = readings.find((one) => one.source === source && one.chip === chip && one.sensor === sensor);
    return same !== undefined && !isGood(same);
  }

  /** A sensor that fails now and then still raises an alert; one that fails for longer is dropped. */
  function countUnread(track: Track): Track | undefined {
    const beats = (track.unread ?? 0) + 1;
    return beats > mostUnread ? track.earlier : { ...track, unread: beats };
  }

  /** An unreadable value does not end an alert. */
  function advanceUnseen(track: Track): Track {
    const ofSource = readings.filter(({ source }) => source === track.source);
    const same = ofSource.find(({ chip, sensor }) => chip === track.chip && sensor === track.sensor);
    const now = at.toISOString();
    const { missing_since, ...present } = { ...track, under: 0 };
    if (same && isGood(same)) {
      const highest_celsius = Math.max(track.highest_celsius, same.celsius);
      return { ...present, celsius: same.celsius, highest_celsius, read_at: now, ended_at: now, ended_as: 'unjudged' };
    }
    // A chip whose name could not be read may be this one.
    if (same || ofSource.some(({ driver }) => driver === '')) return present;
    if (failed.has(track.source)) return { ...track, under: 0 };
    // The disk was pulled or the module unloaded; its source may have no other sensor, or may have been switched off.
    if (missing_since === undefined || secondsSince(missing_since, at) < 0) return { ...present, missing_since: now };
    if (secondsSince(missing_since, at) < goneSeconds) return { ...present, missing_since };
    return { ...present, ended_at: now, ended_as: 'gone' };
  }

  function advanceJudged({ reading, title, above, limit_key }: Judged, last: Track | undefined): Track | undefined {
    const { source, chip, sensor, celsius } = reading;
    const open = last?.ended_at === undefined ? last : undefined;
    // An ended alert that is still to be reported is kept unchanged in `earlier` while a new one counts.
    const earlier = open ? open.earlier : last;
    const isOver = isAcross(celsius, 'above', above);
    const isUnder = !isAcross(celsius, 'above', above - limits.clear);
    const count = (was: number): number => (isNewSample ? (isInRow ? was : 0) + 1 : was);
    const over = isOver ? count(open?.over ?? 0) : 0;
    const under = isUnder ? count(open?.under ?? 0) : 0;
    if (open?.began_at === undefined && !isOver) return earlier;
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
      ...(open?.told_at === undefined ? {} : { told_at: open.told_at }),
      ...(earlier === undefined ? {} : { earlier }),
    };
  }
}

export const isActive = ({ began_at, ended_at }: Track): boolean => began_at !== undefined && ended_at === undefined;
