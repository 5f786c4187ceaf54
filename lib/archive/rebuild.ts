// Rebuilds the store from the raw lines in a folder beside the old store, which stays in place until the new one is
// complete. Samples whose raw files are gone are carried over from the old store.
import type { Sections } from '../contract/registry.ts';
import type { StoreFiles } from '../contract/store.ts';
import { reasonOf } from '../core/text.ts';
import { Builder, type Part } from './build.ts';
import { type Flat, flatten, flattenVerdict, type Verdict } from './flatten.ts';
import type { Metadata } from './layout.ts';
import {
  bufferOf,
  indexDay,
  parseSnapshot,
  type RawLog,
  readVerdictsOfDay,
  reusableBuffer,
  type ReusableBuffer,
} from './rawlog.ts';
import { salvage } from './salvage.ts';
import { Scanner } from './scan.ts';
import { snapshots } from '../snapshot/files.ts';
import { earliestMicroseconds, latestMicroseconds, scratchOf } from './store.ts';
import { buildingPath, builtPath } from './swap.ts';

export type Rebuilt = ReturnType<typeof rebuild>;

export interface RebuildSettings {
  readonly sections: Sections;
  readonly files: StoreFiles;
  readonly log: RawLog;
  readonly path: string;
  readonly now: Date;
  readonly attributes: Metadata['attributes'];
  /** A scanner that scans nothing gives the same store, several times slower. */
  readonly scanner?: Pick<Scanner, 'scan' | 'learn'>;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

export function rebuild(settings: RebuildSettings) {
  try {
    const done = buildBeside(settings);
    settings.files.rename(buildingPath(settings.path), builtPath(settings.path));
    return done;
  } catch (error) {
    // An incomplete store left behind would keep a full disk full.
    settings.files.remove(buildingPath(settings.path));
    throw error;
  }
}

function buildBeside(settings: RebuildSettings) {
  const { sections, files, log, path, now, attributes, onProgress } = settings;
  const building = buildingPath(path);
  files.remove(building);
  const problems: string[] = [];
  const rooms = [reusableBuffer(), reusableBuffer()] as const;
  const raw = indexRawLines(log, now, problems, rooms[0]);
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
        problems.push(`a line of ${new Date(time / 1000).toISOString()} is not a snapshot: ${reasonOf(error)}`);
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
    /** Lines whose time is in the future, or before 2000, when no clock was set. */
    untimely: raw.untimely,
    changedType: [...builder.changedType],
    problems: [...problems, ...old.problems],
  };
}

type RawIndex = ReturnType<typeof indexRawLines>;

/** Locates every raw line, sorted by time. Needs 20 bytes of memory a line, however long the line is. */
function indexRawLines(log: RawLog, now: Date, problems: string[], room: ReusableBuffer) {
  const days = log.days(snapshots);
  const indexes = days.map((day): ReturnType<typeof indexDay> => {
    try {
      return indexDay(log.bytes(snapshots, day, room) ?? new Uint8Array());
    } catch (error) {
      problems.push(reasonOf(error));
      return { times: [], starts: [], ends: [], bad: 0 };
    }
  });
  const times = Float64Array.from(indexes.flatMap(({ times }) => times));
  const latest = latestMicroseconds(now);
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
    starts: Uint32Array.from(indexes.flatMap(({ starts }) => starts)),
    ends: Uint32Array.from(indexes.flatMap(({ ends }) => ends)),
    /** Entries sorted by time, and those of the same time by their place in the files. */
    order: outOfOrder === 0 ? timely : timely.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b),
    bad: indexes.reduce((sum, index) => sum + index.bad, 0),
    outOfOrder,
    untimely: times.length - timely.length,
  };
}

type Line = ReturnType<ReturnType<typeof dayReader>>;

/** Returns a reader of single lines. It keeps two days loaded: sorted lines hardly ever go back further. */
function dayReader(log: RawLog, rooms: readonly [ReusableBuffer, ReusableBuffer]) {
  const verdictRoom = reusableBuffer();
  const load = (date: Date, room: ReusableBuffer | undefined) => ({
    bytes: bufferOf(log.bytes(snapshots, date, room) ?? new Uint8Array()),
    judged: readVerdictsOfDay(log, date, verdictRoom),
  });
  const loaded: [index: number, day: ReturnType<typeof load>][] = [];
  let turn = 1;
  return (raw: RawIndex, entry: number) => {
    const index = raw.dayOf[entry] ?? 0;
    let day = loaded.find(([known]) => known === index)?.[1];
    if (!day) {
      // Replaces the day that was loaded before the last one.
      turn = 1 - turn;
      day = load(raw.days[index] ?? new Date(0), rooms[turn]);
      loaded[turn] = [index, day];
    }
    return { ...day, start: raw.starts[entry] ?? 0, end: raw.ends[entry] ?? 0 };
  };
}

/** Returns a function from a line to its values and those of its verdict. */
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

/** Flattens how health judged a run, and caches the last result: for hours the levels, or at least the names, stay the same. */
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
