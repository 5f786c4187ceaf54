// Values that the rules of some alerts saw in the snapshots of the last day: the small picture in a mail shows them. Each snapshot is
// judged again, because an alert is about a finding, which may be computed from several readings.
import type { Sighting } from '../contract/policy.ts';
import { parsedOrUndefined, type World } from '../contract/stage.ts';
import { dayMs, daysBefore, startOfUtcDay } from '../core/time.ts';
import { type Snapshot, snapshots } from '../snapshot/files.ts';
import type { RuleSightings } from './lifecycle.ts';

/** Values of one alert over time: columns of the same length, oldest first. */
export interface Trend {
  /** Milliseconds between two of them. */
  readonly intervalMs: number;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  /** NaN where the rule could read none. */
  readonly values: readonly number[];
  /** Whether the rule found the value beyond its limit. */
  readonly isBeyond: readonly boolean[];
}

/** A day of five-minute snapshots. Of more, every second or third is judged, so that a mail costs no more. */
const mostSnapshots = 288;

export function trendsOf(
  world: Pick<World<{ readonly interval: number }>, 'config' | 'scan'>,
  ids: ReadonlySet<string>,
  until: Date,
  seenIn: (snapshot: Snapshot) => Readonly<Record<string, RuleSightings>>,
): ReadonlyMap<string, Trend> {
  const intervalMs = world.config.interval * 1000;
  const step = Math.max(1, Math.ceil(dayMs / intervalMs / mostSnapshots));
  const columns = new Map([...ids].map((id) => [id, newColumns(step * intervalMs)]));
  for (const snapshot of lastDay(world, until, step)) {
    const time = Date.parse(snapshot.time_utc);
    const found = new Map<string, Sighting>(
      Object.entries(seenIn(snapshot)).flatMap(([rule, { sightings }]) =>
        sightings.map((one) => [`${rule}:${one.subject}`, one] as const),
      ),
    );
    for (const [id, { times, values, isBeyond }] of columns) {
      const sighting = found.get(id);
      times.unshift(time);
      values.unshift(typeof sighting?.value === 'number' ? sighting.value : Number.NaN);
      isBeyond.unshift(sighting?.state === 'firing');
    }
  }
  return columns;
}

const newColumns = (intervalMs: number) => ({
  intervalMs,
  times: new Array<number>(),
  values: new Array<number>(),
  isBeyond: new Array<boolean>(),
});

/** Newest first. Lines that cannot be read are left out: the collector and the archive report them. */
function* lastDay({ scan }: Pick<World<unknown>, 'scan'>, until: Date, step: number): Iterable<Snapshot> {
  const from = until.getTime() - dayMs;
  let number = 0;
  let before = Infinity;
  for (const day of [startOfUtcDay(until), daysBefore(until, 1)])
    for (const line of scan(snapshots, 'end', day)) {
      const snapshot = parsedOrUndefined(line);
      const time = Date.parse(snapshot?.time_utc ?? '');
      // After the clock was set back, later times stand before earlier ones.
      if (!snapshot || !(time <= until.getTime() && time < before)) continue;
      if (time < from || number >= mostSnapshots * step) return;
      before = time;
      if (number++ % step === 0) yield snapshot;
    }
}
