// The samples of all raw lines in the order of their times: for a rebuild, and to compare the store with them.
import type { Sections } from '../contract/registry.ts';
import { reasonOf } from '../core/text.ts';
import { snapshots } from '../snapshot/files.ts';
import type { Part } from './build.ts';
import { type Flat, flatten, flattenVerdict, type Verdict } from './flatten.ts';
import {
  bufferOf,
  indexDay,
  parseSnapshot,
  type RawLog,
  readVerdictsOfDay,
  reusableBuffer,
  type ReusableBuffer,
} from './rawlog.ts';
import { Scanner } from './scan.ts';
import { earliestMicroseconds, latestMicroseconds } from './store.ts';

export interface RawSource {
  readonly sections: Sections;
  readonly log: RawLog;
  readonly now: Date;
  /** Gets what could not be read. */
  readonly problems: string[];
  /** A scanner that scans nothing gives the same samples, several times slower. */
  readonly scanner?: Pick<Scanner, 'scan' | 'learn'> | undefined;
}

/** `raw.order` lists the entries by time; `sampleOf` throws for a line that is not a snapshot. */
export function rawSamples({ sections, log, now, problems, scanner = new Scanner(sections) }: RawSource) {
  const rooms = [reusableBuffer(), reusableBuffer()] as const;
  const raw = indexRawLines(log, now, problems, rooms[0]);
  const lineOf = dayReader(log, rooms);
  const sample = sampler(sections, scanner);
  return { raw, sampleOf: (entry: number) => sample(lineOf(raw, entry)) };
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
  const load = (date: Date, room: ReusableBuffer | undefined) => {
    const again = new Set<string>();
    return {
      bytes: bufferOf(log.bytes(snapshots, date, room) ?? new Uint8Array()),
      judged: readVerdictsOfDay(log, date, verdictRoom, again),
      again,
    };
  };
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

interface RawSample {
  /** The values of the line, and those of its levels. */
  readonly parts: readonly Part[];
  /** Health judged the run more than once: the last levels count. */
  readonly isJudgedAgain: boolean;
}

/** Returns a function from a line to its values and those of its verdict. */
function sampler(sections: Sections, scanner: Pick<Scanner, 'scan' | 'learn'>): (line: Line) => RawSample {
  const verdictPart = verdictReader();
  const withVerdict = (part: Part, { judged, again }: Line, run: string): RawSample => {
    const verdict = judged.get(run);
    return { parts: verdict ? [part, verdictPart(verdict)] : [part], isJudgedAgain: again.has(run) };
  };
  return (line) => {
    const { bytes, start, end } = line;
    const found = scanner.scan(bytes, start, end);
    if (found) return withVerdict(found, line, found.runId);
    const snapshot = parseSnapshot(bytes.toString('utf8', start, end));
    const part = partOf(flatten(sections, snapshot));
    scanner.learn(bytes, start, end);
    return withVerdict(part, line, snapshot.run_id);
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

export const partOf = ({ variables, values }: Pick<Flat, 'variables' | 'values'>): Part => ({
  variables,
  values: Float64Array.from(values.values()),
});
