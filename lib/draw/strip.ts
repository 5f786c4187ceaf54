// Strips of levels along time: runs of one level, as areas of that level's colour and height.
import { gapIntervals } from '../core/age.ts';
import { type Level, levels, worstFirst } from '../core/level.ts';
import type { Place } from './path.ts';
import { tenth } from './svg.ts';

/** `no snapshot`: nobody looked. Undefined: there was a snapshot, but no check judged this. */
type Seen = Level | 'no snapshot' | undefined;

export interface Run {
  readonly from: number;
  readonly to: number;
  readonly seen: Seen;
}

export interface Levels {
  /** Milliseconds since 1970, rising. */
  readonly times: ArrayLike<number>;
  /** As in the archive: 0 green, 1 amber, 2 red, 3 unknown, -1 missing. */
  readonly levels: ArrayLike<number>;
}

/** A snapshot holds until the next one, at most for one interval: then nobody looked. What lies after `until` is not
 * yet known and has no run. */
export function runsOf(
  { times, levels: found }: Levels,
  { from, to, until, intervalMs }: { from: number; to: number; until: number; intervalMs: number },
): Run[] {
  const end = Math.min(to, until);
  const slack = gapIntervals * intervalMs;
  const runs: { from: number; to: number; seen: Seen }[] = [];
  const add = (begin: number, stop: number, seen: Seen): void => {
    const last = runs.at(-1);
    if (stop <= begin) return;
    if (last && last.seen === seen && last.to === begin) last.to = stop;
    else runs.push({ from: begin, to: stop, seen });
  };
  let known = from;
  for (let index = 0; index < times.length; index++) {
    const time = times[index] as number;
    const next = index + 1 < times.length ? (times[index + 1] as number) : Infinity;
    const stop = Math.min(next - time <= slack ? next : time + intervalMs, end);
    if (stop <= known || time >= end) continue;
    // The first snapshot of a day is not taken at its first second.
    const isBeginning = known === from && time - from <= slack;
    if (!isBeginning) add(known, time, 'no snapshot');
    add(isBeginning ? from : Math.max(time, known), stop, levels[found[index] as number]);
    known = stop;
  }
  if (end - known > slack) add(known, end, 'no snapshot');
  return runs;
}

/** The worst level of several checks at each snapshot; -1 where none of them judged. */
export function worstLevels(all: readonly ArrayLike<number>[], length: number): Int8Array {
  const worst = new Int8Array(length).fill(-1);
  for (const one of all)
    for (let index = 0; index < length; index++)
      if (badness(one[index] as number) > badness(worst[index] as number)) worst[index] = one[index] as number;
  return worst;
}

const badnesses = levels.map((level) => worstFirst.length - worstFirst.indexOf(level));
const badness = (level: number): number => badnesses[level] ?? 0;

/** The runs as pixels, best level first: where two share a pixel, the worse one is drawn over the better. No run is
 * narrower than a pixel. */
export function bandsOf(runs: readonly Run[], x: Place): Band[] {
  return [...worstFirst].reverse().flatMap((level) => {
    const bands: { level: Level; x: number; width: number }[] = [];
    for (const { from, to, seen } of runs) {
      if (seen !== level) continue;
      const begin = x(from);
      const width = Math.max(1, x(to) - begin);
      const last = bands.at(-1);
      if (last && begin <= last.x + last.width) last.width = Math.max(last.width, begin + width - last.x);
      else bands.push({ level, x: begin, width });
    }
    return bands;
  });
}

export interface Band {
  readonly level: Level;
  readonly x: number;
  readonly width: number;
}

/** Bands as the text of one path: rectangles that stand on `bottom`. */
export const bandPath = (bands: readonly Pick<Band, 'x' | 'width'>[], bottom: number, height: number): string =>
  bands
    .map(({ x, width }) => `M${tenth(x)},${tenth(bottom)}h${tenth(width)}v${tenth(-height)}h${tenth(-width)}z`)
    .join('');

/** Milliseconds that each level lasted. */
export function durations(runs: readonly Run[]): Record<Level | 'no snapshot' | 'not judged', number> {
  const sums = { green: 0, amber: 0, red: 0, unknown: 0, 'no snapshot': 0, 'not judged': 0 };
  for (const { from, to, seen } of runs) sums[seen ?? 'not judged'] += to - from;
  return sums;
}
