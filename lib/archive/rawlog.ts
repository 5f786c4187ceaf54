// The truth: what was read (JSONL) and how it was judged then. Lines → samples, without parsing what is not needed.
import type { Sections } from '../contract/registry.ts';
import type { World } from '../contract/stage.ts';
import { history } from '../health/files.ts';
import { type Snapshot, snapshots } from '../snapshot/files.ts';
import { flatten, type Flat, type Verdict } from './flatten.ts';

/** What of a World is needed to read it. */
export type RawLog = Pick<World<never>, 'days' | 'bytes' | 'scan'>;

export type Judged = Verdict;

/** Where each line of a day lies, and of when it is. */
export interface DayIndex {
  readonly times: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Lines that are torn, or not of this product. */
  readonly bad: number;
}

const newline = 0x0a;
/** The time stands first in a record, so that nothing else has to be read to find it. */
const headBytes = 120;

export function indexDay(bytes: Uint8Array): DayIndex {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [times, starts, ends]: [number[], number[], number[]] = [[], [], []];
  let bad = 0;
  for (let start = 0; start < buffer.length;) {
    const cut = buffer.indexOf(newline, start);
    const end = cut < 0 ? buffer.length : cut;
    const time = timeOf(buffer.toString('latin1', start, Math.min(end, start + headBytes)));
    // A line that was torn ends anywhere but with its bracket.
    if (time !== undefined && buffer[buffer[end - 1] === 0x0d ? end - 2 : end - 1] === 0x7d) {
      times.push(time);
      starts.push(start);
      ends.push(end);
    } else if (end - start > 1 || (end > start && buffer[start] !== 0x0d)) {
      bad += 1;
    }
    start = end + 1;
  }
  return { times, starts, ends, bad };
}

/** Microseconds since 1970, of a line that begins as ours do. */
function timeOf(head: string): number | undefined {
  const match = /^\{"schema_version":\d+,"time_utc":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})Z"/.exec(head);
  if (!match) return undefined;
  const milliseconds = Date.parse(`${match[1]}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds * 1000 + Number(match[2]);
}

/** Throws where the line is no snapshot. */
export function sampleOf(sections: Sections, line: string, judgedBy: (run: string) => Judged | undefined): Flat {
  const snapshot = parseSnapshot(line);
  return flatten(sections, snapshot, judgedBy(snapshot.run_id));
}

export function parseSnapshot(line: string): Snapshot {
  const snapshot = JSON.parse(line) as Snapshot;
  if (typeof snapshot.sections !== 'object' || snapshot.sections === null) throw new Error('it has no sections');
  return snapshot;
}

/** Memory for one file after another: days by the hundred would leave more behind than is collected in time. */
export function reusedRoom(): (size: number) => Uint8Array {
  let room = new Uint8Array(0);
  return (size) => {
    if (size > room.length) room = new Uint8Array(Math.ceil(size * 1.2));
    return room.subarray(0, size);
  };
}

/** How the runs of a day were judged: of several lines of one run, the last counts. */
export function judgedOn(log: RawLog, day: Date, room?: (size: number) => Uint8Array): Map<string, Judged> {
  const found = new Map<string, Judged>();
  const bytes = log.bytes(history, day, room);
  if (!bytes) return found;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Most runs are judged as the one before was, in the same bytes behind their time and name.
  let [like, likeBytes]: [Judged | undefined, Buffer] = [undefined, Buffer.alloc(0)];
  for (let start = 0; start < buffer.length;) {
    const cut = buffer.indexOf(newline, start);
    const end = cut < 0 ? buffer.length : cut;
    const head = judgedHead.exec(buffer.toString('latin1', start, Math.min(end, start + headBytes)));
    const rest = buffer.subarray(start + (head?.[0].length ?? 0), end);
    if (head?.[1] !== undefined && like && rest.equals(likeBytes)) {
      found.set(head[1], like);
    } else {
      const judged = judgedIn(buffer.toString('utf8', start, end));
      if (judged) found.set(judged.run_id, judged);
      [like, likeBytes] = [judged?.run_id === head?.[1] ? judged : undefined, rest];
    }
    start = end + 1;
  }
  return found;
}

/** With the run that it judged. */
interface RunVerdict extends Judged {
  readonly time: string;
  readonly run_id: string;
}

const judgedHead = /^\{"time":"[-+:.0-9TZ]*","run_id":"([0-9a-f]{32})",/;

function judgedIn(line: string): RunVerdict | undefined {
  if (line === '') return undefined;
  try {
    const { time, run_id, overall_level, levels } = JSON.parse(line) as RunVerdict;
    if (typeof run_id !== 'string' || typeof levels !== 'object' || levels === null) return undefined;
    return { time, run_id, overall_level, levels };
  } catch {
    return undefined; // torn, or nothing of ours: the levels of that run are missing, and its readings are not
  }
}

export interface TimedLine {
  readonly time: number;
  readonly text: string;
}

/** The newest lines of a day after that time, oldest first. Looked for from the end, so that a long day costs nothing. */
export function linesAfter(log: RawLog, day: Date, after: number): { lines: TimedLine[]; late: number; bad: number } {
  const lines: TimedLine[] = [];
  let [late, bad] = [0, 0];
  for (const { text } of log.scan(snapshots, 'end', day)) {
    const time = timeOf(text.slice(0, headBytes));
    // The last that is in the store: what stands before it was seen when that was taken.
    if (time === after) return { lines: lines.reverse(), late, bad };
    if (time === undefined) bad += 1;
    else if (time < after) late += 1;
    else lines.push({ time, text });
  }
  // It is of another day, or was compressed meanwhile, and others with it.
  return { ...wholeDay(log, day, after), late };
}

function wholeDay(log: RawLog, day: Date, after: number): { lines: TimedLine[]; bad: number } {
  const bytes = log.bytes(snapshots, day) ?? new Uint8Array();
  const { times, starts, ends, bad } = indexDay(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines = times.flatMap((time, line) =>
    time > after ? [{ time, text: buffer.toString('utf8', starts[line], ends[line]) }] : [],
  );
  return { lines, bad };
}

/** How runs of a day were judged, looked for among its newest lines, as far back as they can have been judged. */
export function judgedLately(log: RawLog, day: Date, lines: readonly TimedLine[]): Map<string, Judged> {
  const wanted = new Set(lines.map(({ text }) => runOf(text)));
  const oldest = Math.min(...lines.map(({ time }) => time)) / 1000;
  const found = new Map<string, Judged>();
  // A run that nobody judged is not worth a search through the whole day.
  let patience = 12;
  for (const { text } of log.scan(history, 'end', day)) {
    const judged = judgedIn(text);
    if (judged && wanted.has(judged.run_id) && !found.has(judged.run_id)) found.set(judged.run_id, judged);
    if (judged && Date.parse(judged.time) < oldest) patience -= 1;
    if (found.size === wanted.size || patience === 0) return found;
  }
  // To the very beginning, and not all found: some may have been compressed meanwhile.
  return wanted.size === 0 ? found : judgedOn(log, day);
}

export const runOf = (text: string): string => /"run_id":"([0-9a-f]{32})"/.exec(text.slice(0, 400))?.[1] ?? '';
