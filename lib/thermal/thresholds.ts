// When a temperature is out of band: begun, going on, over. Pure: readings, what was before, and the clock come in as data.
import { isAcross } from '../engine/judgement.ts';
import { secondsSince } from '../core/age.ts';
import { cpuPackages, nvmeDisks } from './package.ts';
import { type Good, isGood, keyOf, type Reading } from './reading.ts';

export interface Limits {
  readonly cpu: { readonly above: number };
  readonly nvme: { readonly above: number };
  /** The first that fits counts, before those two. Without `above`, what it fits is not judged. */
  readonly for: readonly Exception[];
  /** So many in a row before it begins, and before it is over. */
  readonly samples: number;
  /** Over only when it is this much below the limit. */
  readonly clear: number;
}

interface Exception {
  readonly source?: string | undefined;
  readonly chip?: string | undefined;
  readonly sensor?: string | undefined;
  readonly above?: number | undefined;
}

/** Of one sensor that is, or was just now, above its limit. Kept from beat to beat. */
export interface Track {
  readonly source: string;
  readonly chip: string;
  readonly sensor: string;
  /** What a person calls it. */
  readonly title: string;
  readonly above: number;
  /** Where the limit stands in the configuration. */
  readonly limit_key: string;
  /** In a row, above or well below. */
  readonly over: number;
  readonly under: number;
  /** Of one that has not begun: in a row, without a temperature. */
  readonly unread?: number;
  readonly celsius: number;
  readonly read_at: string;
  readonly highest_celsius: number;
  /** When there were enough of them. */
  readonly began_at?: string;
  /** The limit that it was above then: somebody may have changed it meanwhile. */
  readonly began_above?: number;
  readonly ended_at?: string;
  /** Not by being well. */
  readonly ended_as?: 'unjudged' | 'gone';
  /** Since when its source, where it has not failed, does not show it. */
  readonly missing_since?: string;
  /** When somebody was last told, and that it is over. */
  readonly told_at?: string;
  /** The one before it, which is over, and of which somebody is still to be told first. */
  readonly earlier?: Track;
}

export type Tracks = Readonly<Record<string, Track>>;

export interface Judged {
  /** The same from beat to beat; of a package also where another core of it is the hottest now. */
  readonly key: string;
  readonly reading: Good;
  readonly title: string;
  readonly above: number;
  readonly limit_key: string;
}

/** Samples nearer to each other are one (somebody ran it by hand); further apart they are not in a row. */
const [nearestSeconds, furthestSeconds] = [10, 300];
/** Beats in a row without a temperature that what has not begun outlasts. */
const mostUnread = 2;
/** What its source has not shown for so long is not there any more. */
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

const fits = ({ source, chip, sensor }: Exception, reading: Good): boolean =>
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
  /** What `judge` says of them. */
  readonly judged: readonly Judged[];
  /** The sources that should have told something and did not: what they would have shown, nobody knows. */
  readonly failed: ReadonlySet<string>;
  readonly limits: Pick<Limits, 'samples' | 'clear'>;
  readonly before: Tracks;
  /** When the last sample was: the last beat that counted as one. */
  readonly lastAt: Date | undefined;
  readonly at: Date;
}

/** Of two beats that are very near to each other only the first is a sample. */
export function isSample(lastAt: Date | undefined, at: Date): boolean {
  const seconds = secondsSince(lastAt, at);
  return !(seconds >= 0 && seconds < nearestSeconds);
}

/** One beat further. */
export function step({ readings, judged, failed, limits, before, lastAt, at }: Beat): Tracks {
  const seconds = secondsSince(lastAt, at);
  const isNewSample = isSample(lastAt, at);
  const isInRow = seconds >= 0 && seconds <= furthestSeconds;
  const next: Record<string, Track> = {};
  const seen = new Set<string>();
  for (const one of judged) {
    seen.add(one.key);
    const track = further(one, Object.hasOwn(before, one.key) ? before[one.key] : undefined);
    if (track) next[one.key] = track;
  }
  for (const [key, track] of Object.entries(before)) {
    if (seen.has(key)) continue;
    if (track.began_at === undefined) {
      const left = isUnknown(track) ? unread(track) : track.earlier;
      if (left) next[key] = left;
      continue;
    }
    next[key] = track.ended_at === undefined ? unseen(track) : track;
  }
  return next;

  /** Its sensor is there, or may be, and has no temperature in this beat. */
  function isUnknown({ source, chip, sensor }: Track): boolean {
    if (failed.has(source)) return true;
    const same = readings.find((one) => one.source === source && one.chip === chip && one.sensor === sensor);
    return same !== undefined && !isGood(same);
  }

  /** A sensor that fails now and then still tells when it is too hot; one that fails for longer tells nothing. */
  function unread(track: Track): Track | undefined {
    const beats = (track.unread ?? 0) + 1;
    return beats > mostUnread ? track.earlier : { ...track, unread: beats };
  }

  /** Unknown is not well: what cannot be read just now goes on. */
  function unseen(track: Track): Track {
    const ofSource = readings.filter(({ source }) => source === track.source);
    const same = ofSource.find(({ chip, sensor }) => chip === track.chip && sensor === track.sensor);
    const now = at.toISOString();
    const { missing_since, ...present } = { ...track, under: 0 };
    if (same && isGood(same)) {
      const highest_celsius = Math.max(track.highest_celsius, same.celsius);
      return { ...present, celsius: same.celsius, highest_celsius, read_at: now, ended_at: now, ended_as: 'unjudged' };
    }
    // A chip that has no name today may be this one.
    if (same || ofSource.some(({ driver }) => driver === '')) return present;
    if (failed.has(track.source)) return { ...track, under: 0 };
    // A disk that was pulled, a module that was unloaded; also the last of its source, and a source that is not asked.
    if (missing_since === undefined || secondsSince(missing_since, at) < 0) return { ...present, missing_since: now };
    if (secondsSince(missing_since, at) < goneSeconds) return { ...present, missing_since };
    return { ...present, ended_at: now, ended_as: 'gone' };
  }

  function further({ reading, title, above, limit_key }: Judged, last: Track | undefined): Track | undefined {
    const { source, chip, sensor, celsius } = reading;
    const open = last?.ended_at === undefined ? last : undefined;
    // What is over and still to be told is told as it was, whatever comes before it begins anew.
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
