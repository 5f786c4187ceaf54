// When a fault begins, lasts and ends: a judged sensor that cannot be read, a chip's own alarm, a fan that does not turn as
// it should. Pure: the readings of a beat, the previous tracks and the clock come in as data.
import { formatMeasure } from '../core/quantity.ts';
import { isNumbered } from './chip.ts';
import {
  awaitReturn,
  type Beat,
  continueEpisode,
  type Fault,
  isFault,
  rowCounter,
  type Track,
  type Tracks,
} from './episode.ts';
import { isExempt, type Limits, unreadSensors } from './judge.ts';
import { type Fan, isGood, keyOf, type Reading, type Sensor } from './reading.ts';
import type { Read } from './read-sources.ts';

/** A fault as one beat sees it. */
interface Sighting extends Pick<Fault, 'kind' | 'title' | 'why'> {
  readonly key: string;
  readonly of: Pick<Sensor, 'source' | 'chip' | 'sensor'>;
}

export const fansOf = (reads: readonly Read[]): Fan[] => reads.flatMap(({ fans = [] }) => fans);

export function findFaults(reads: readonly Read[], readings: readonly Reading[], limits: Limits): Sighting[] {
  // A source without any reading: whatever it would show is unknown.
  const sources = reads.flatMap((read): Sighting[] => {
    if (read.status !== 'failed' || read.readings.length > 0) return [];
    const of = { source: read.source, chip: 'this machine', sensor: '' };
    return [{ key: `unread ${read.source}`, kind: 'unread', of, title: `the source ${read.source}`, why: read.reason }];
  });
  const unread = unreadSensors(readings, limits).map(({ key, reading, title }): Sighting => {
    const why = `${reading.sensor}: ${reading.why}`;
    return { key, kind: 'unread', of: reading, title, why };
  });
  const alarms = readings
    .filter((reading) => reading.alarm === true && !isExempt(reading, limits))
    .map((reading): Sighting => {
      const now = isGood(reading) ? formatMeasure(reading.celsius, 'C') : 'without a temperature';
      const why =
        reading.crit === undefined ? now : `${now}, its critical limit is ${formatMeasure(reading.crit, 'C')}`;
      return { key: `alarm ${keyOf(reading)}`, kind: 'alarm', of: reading, title: reading.sensor, why };
    });
  const fans = fansOf(reads).flatMap((fan): Sighting[] => {
    const why = isExempt(fan, limits) ? undefined : whyFanIsWrong(fan);
    return why === undefined
      ? []
      : [{ key: `fan ${keyOf(fan)}`, kind: 'fan', of: fan, title: `fan ${fan.sensor}`, why }];
  });
  return [...sources, ...unread, ...alarms, ...fans];
}

/** Undefined if the fan is well, or cannot be read. A fan without a minimum may stand still. */
function whyFanIsWrong({ rpm, min_rpm = 0, alarm }: Fan): string | undefined {
  if (rpm === undefined) return undefined;
  const minimum = min_rpm > 0 ? `, its minimum is ${min_rpm} rpm` : '';
  if (min_rpm > 0 && rpm === 0) return `it stands still${minimum}`;
  // Some chips keep the alarm until it is read; a fan above its minimum is well.
  return alarm === true && !(min_rpm > 0 && rpm >= min_rpm) ? `${rpm} rpm, and its alarm is on${minimum}` : undefined;
}

interface FaultBeat extends Beat<'samples' | 'unread'> {
  readonly reads: readonly Read[];
  readonly faults: readonly Sighting[];
}

/** Advances all tracks of faults by one beat. */
export function stepFaults({ reads, readings, faults, limits, before, lastAt, at }: FaultBeat): Tracks {
  const count = rowCounter(lastAt, at);
  const now = at.toISOString();
  const next: Record<string, Track> = {};
  for (const one of faults) next[one.key] = advanceSeen(one);
  for (const [key, track] of Object.entries(before)) {
    if (!isFault(track) || next[key]) continue;
    const left = track.ended_at === undefined ? advanceUnseen(track) : track;
    if (left) next[key] = left;
  }
  return next;

  function advanceSeen({ key, kind, of: { source, chip, sensor }, title, why }: Sighting): Fault {
    const { open, kept } = continueEpisode(before, key);
    const over = count(open?.over ?? 0);
    const isEnough = over >= (kind === 'unread' ? limits.unread : limits.samples);
    const began_at = open?.began_at ?? (isEnough ? now : undefined);
    return {
      kind,
      source,
      chip,
      sensor,
      title,
      why,
      over,
      under: 0,
      read_at: now,
      ...(began_at === undefined ? {} : { began_at }),
      ...kept,
    };
  }

  function advanceUnseen(track: Fault): Track | undefined {
    const { missing_since: _, ...present } = track;
    const state = stateOf(track);
    // A fault that has not begun is forgotten as soon as its sensor is well once.
    if (track.began_at === undefined) return state === 'unknown' ? track : track.earlier;
    if (state === 'unknown') return { ...present, under: 0 };
    if (state === 'missing') return awaitReturn({ ...track, under: 0 }, at);
    if (state === 'unjudged') return { ...present, ended_at: now, ended_as: 'unjudged' };
    const under = count(track.under);
    return { ...present, over: 0, under, ...(under >= limits.samples ? { ended_at: now } : {}) };
  }

  /** The state of a fault that this beat has not seen. */
  function stateOf({ kind, source, chip, sensor }: Fault): 'well' | 'unknown' | 'unjudged' | 'missing' {
    const read = reads.find((one) => one.source === source);
    if (read?.status === 'failed' && read.readings.length === 0) return 'unknown';
    if (sensor === '') return read === undefined ? 'unjudged' : 'well';
    const isSame = (one: Sensor): boolean => one.source === source && one.chip === chip && one.sensor === sensor;
    const fan = kind === 'fan' ? read?.fans?.find(isSame) : undefined;
    const reading = kind === 'fan' ? undefined : readings.find(isSame);
    if (fan) return fan.rpm === undefined ? 'unknown' : 'well';
    if (reading && kind === 'alarm') return reading.alarm === undefined ? 'unknown' : 'well';
    if (reading) return isGood(reading) ? 'well' : 'unjudged';
    // While its name could not be read, the chip had the number of its folder.
    if (isNumbered(chip, 'hwmon') || isNumbered(chip, 'thermal_zone')) return 'well';
    // A chip whose name could not be read may be this one.
    return readings.some((one) => one.source === source && one.driver === '') ? 'unknown' : 'missing';
  }
}
