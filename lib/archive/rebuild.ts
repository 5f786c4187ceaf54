// The store anew from the raw lines, beside the old one, which stays in its place until the new one is whole. What only
// the old one has, because its raw files are gone, is carried over.
import type { Sections } from '../contract/registry.ts';
import type { StoreFiles } from '../contract/store.ts';
import { reasonOf } from '../core/text.ts';
import { Builder, type Part } from './build.ts';
import { type Flat, flatten, flattenVerdict, type Verdict } from './flatten.ts';
import type { Metadata } from './layout.ts';
import { type DayIndex, indexDay, judgedOn, parseSnapshot, type RawLog, reusedRoom } from './rawlog.ts';
import { salvage } from './salvage.ts';
import { Scanner } from './scan.ts';
import { snapshots } from '../snapshot/files.ts';
import { earliestMicroseconds, latestOf, scratchOf } from './store.ts';
import { buildingOf, builtOf } from './swap.ts';

export interface Rebuilt {
  readonly samples: number;
  readonly carried: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly bad: number;
  /** From the future, or before any clock was set. */
  readonly untimely: number;
  readonly changedType: readonly string[];
  readonly problems: readonly string[];
}

export interface RebuildSettings {
  readonly sections: Sections;
  readonly files: StoreFiles;
  readonly log: RawLog;
  readonly path: string;
  readonly now: Date;
  readonly attributes: Metadata['attributes'];
  /** One that scans nothing comes to the same, and takes a multiple. */
  readonly scanner?: Pick<Scanner, 'scan' | 'learn'>;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

export function rebuild(settings: RebuildSettings): Rebuilt {
  try {
    const done = buildBeside(settings);
    settings.files.rename(buildingOf(settings.path), builtOf(settings.path));
    return done;
  } catch (error) {
    // Half a store would keep a full disk full.
    settings.files.remove(buildingOf(settings.path));
    throw error;
  }
}

function buildBeside(settings: RebuildSettings): Rebuilt {
  const { sections, files, log, path, now, attributes, onProgress } = settings;
  const building = buildingOf(path);
  files.remove(building);
  const problems: string[] = [];
  const rooms = [reusedRoom(), reusedRoom()] as const;
  const raw = indexRaw(log, now, problems, rooms[0]);
  const old = salvage(files, path, now);
  const builder = new Builder(files, building);
  const days = dayReader(log, rooms);
  const sample = sampler(sections, settings.scanner ?? new Scanner(sections));
  let [bad, done, carried, lastDuplicate, duplicates] = [raw.bad, 0, 0, Number.NaN, 0];
  let row = 0;
  const all = raw.order.length;
  const carryUntil = (time: number): void => {
    for (; row < old.times.length && (old.times[row] ?? 0) < time; row++) carry();
  };
  const carry = (): void => {
    builder.add(old.times[row] ?? 0, [partOf(old.row(row))]);
    carried += 1;
  };
  for (const entry of raw.order) {
    const time = raw.times[entry] ?? 0;
    if (time === lastDuplicate) {
      duplicates += 1;
      continue;
    }
    lastDuplicate = time;
    carryUntil(time);
    const oldHasIt = old.times[row] === time;
    try {
      builder.add(time, sample(days(raw, entry)));
    } catch (error) {
      bad += 1;
      if (oldHasIt) carry();
      if (problems.length < 10)
        problems.push(`a line of ${new Date(time / 1000).toISOString()} is no snapshot: ${reasonOf(error)}`);
    }
    if (oldHasIt) row += 1;
    done += 1;
    if (done % 256 === 0) onProgress?.(done, all);
  }
  carryUntil(Number.POSITIVE_INFINITY);
  onProgress?.(all, all);
  const { length } = builder.finish(attributes, scratchOf(path));
  return {
    samples: length,
    carried,
    duplicates,
    outOfOrder: raw.outOfOrder,
    bad,
    untimely: raw.untimely,
    changedType: [...builder.changedType],
    problems: [...problems, ...old.problems],
  };
}

interface Raw {
  readonly days: readonly Date[];
  readonly times: Float64Array;
  readonly dayOf: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Entries in the order of their times; of the same time in the order in which they stand. */
  readonly order: Uint32Array | readonly number[];
  readonly bad: number;
  readonly outOfOrder: number;
  readonly untimely: number;
}

/** Where every line lies, sorted by time: 20 bytes a line, whatever is in it. */
function indexRaw(log: RawLog, now: Date, problems: string[], room: ReturnType<typeof reusedRoom>): Raw {
  const days = log.days(snapshots);
  const indexes = days.map((day): DayIndex => {
    try {
      return indexDay(log.bytes(snapshots, day, room) ?? new Uint8Array());
    } catch (error) {
      problems.push(reasonOf(error));
      return { times: [], starts: [], ends: [], bad: 0 };
    }
  });
  const times = Float64Array.from(indexes.flatMap((index) => index.times as number[]));
  const latest = latestOf(now);
  const timely: number[] = [];
  let outOfOrder = 0;
  let newest = Number.NEGATIVE_INFINITY;
  for (let entry = 0; entry < times.length; entry++) {
    const time = times[entry] ?? 0;
    if (!(time >= earliestMicroseconds && time <= latest)) continue;
    timely.push(entry);
    if (time < newest) outOfOrder += 1;
    newest = Math.max(newest, time);
  }
  return {
    days,
    times,
    dayOf: Uint32Array.from(indexes.flatMap((index, day) => index.times.map(() => day))),
    starts: Uint32Array.from(indexes.flatMap((index) => index.starts as number[])),
    ends: Uint32Array.from(indexes.flatMap((index) => index.ends as number[])),
    order: outOfOrder === 0 ? timely : timely.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b),
    bad: indexes.reduce((sum, index) => sum + index.bad, 0),
    outOfOrder,
    untimely: times.length - timely.length,
  };
}

interface LoadedDay {
  readonly bytes: Buffer;
  readonly judged: ReturnType<typeof judgedOn>;
}

interface Line extends LoadedDay {
  readonly start: number;
  readonly end: number;
}

/** Lines by their place. Two days are kept: sorted lines hardly ever go back. */
function dayReader(log: RawLog, rooms: readonly [ReturnType<typeof reusedRoom>, ReturnType<typeof reusedRoom>]) {
  const loaded: [index: number, day: LoadedDay][] = [];
  const roomOfJudged = reusedRoom();
  let turn = 1;
  return (raw: Raw, entry: number): Line => {
    const index = raw.dayOf[entry] ?? 0;
    let day = loaded.find(([known]) => known === index)?.[1];
    if (!day) {
      const date = raw.days[index] ?? new Date(0);
      // In the place of the one before the last.
      turn = 1 - turn;
      const bytes = log.bytes(snapshots, date, rooms[turn]) ?? new Uint8Array();
      day = {
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        judged: judgedOn(log, date, roomOfJudged),
      };
      loaded[turn] = [index, day];
    }
    return { ...day, start: raw.starts[entry] ?? 0, end: raw.ends[entry] ?? 0 };
  };
}

/** What a line has, and how it was judged. */
function sampler(sections: Sections, scanner: Pick<Scanner, 'scan' | 'learn'>): (line: Line) => Part[] {
  const verdictPart = verdictReader();
  const withVerdict = (part: Part, judged: Verdict | undefined): Part[] =>
    judged ? [part, verdictPart(judged)] : [part];
  return ({ bytes, start, end, judged }) => {
    const found = scanner.scan(bytes, start, end);
    if (found) return withVerdict(found, judged.get(found.runId));
    const snapshot = parseSnapshot(bytes.toString('utf8', start, end));
    const part = partOf(flatten(sections, snapshot));
    scanner.learn(bytes, start, end);
    return withVerdict(part, judged.get(snapshot.run_id));
  };
}

/** Runs are judged alike for hours, and then of the same things: neither is looked up again. */
function verdictReader(): (judged: Verdict) => Part {
  let [last, part]: [Verdict | undefined, Part] = [undefined, { variables: new Map(), values: [] }];
  return (judged) => {
    if (judged === last) return part;
    const next = partOf(flattenVerdict(judged));
    part = haveSameKeys(next.variables, part.variables) ? { ...next, variables: part.variables } : next;
    last = judged;
    return part;
  };
}

function haveSameKeys(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean {
  const names = other.keys();
  return one.size === other.size && one.keys().every((name) => name === names.next().value);
}

const partOf = ({ variables, values }: Pick<Flat, 'variables' | 'values'>): Part => ({
  variables,
  values: Float64Array.from(values.values()),
});
