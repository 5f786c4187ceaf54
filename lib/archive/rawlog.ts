// Reads the two JSONL logs (snapshots and their verdicts) into samples, without parsing lines that are not needed.
import type { Sections } from '../contract/registry.ts';
import type { World } from '../contract/stage.ts';
import { history } from '../health/files.ts';
import { type Snapshot, snapshots } from '../snapshot/files.ts';
import { flatten, type Flat, type Verdict } from './flatten.ts';

/** The part of World that reading the logs needs. */
export type RawLog = Pick<World<never>, 'days' | 'bytes' | 'scan'>;

/** The same memory as a Buffer. */
export const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const newline = 0x0a;
/** The time stands first in a record, so these bytes are enough to find it. */
const headBytes = 120;

/** Byte range and time of each line of a day's file, and the number of lines that are torn or not ours. */
export function indexDay(bytes: Uint8Array) {
  const buffer = bufferOf(bytes);
  const [times, starts, ends]: [number[], number[], number[]] = [[], [], []];
  let bad = 0;
  for (let start = 0; start < buffer.length;) {
    const cut = buffer.indexOf(newline, start);
    const end = cut < 0 ? buffer.length : cut;
    const time = timeOf(buffer.toString('latin1', start, Math.min(end, start + headBytes)));
    // A torn line does not end with its closing bracket.
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

/** The record's time in microseconds since 1970; undefined where the line does not begin like ours. */
function timeOf(head: string): number | undefined {
  const match = /^\{"schema_version":\d+,"time_utc":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})Z"/.exec(head);
  if (!match) return undefined;
  const milliseconds = Date.parse(`${match[1]}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds * 1000 + Number(match[2]);
}

/** Throws where the line is not a snapshot. */
export function sampleOf(sections: Sections, line: string, judgedBy: (run: string) => Verdict | undefined): Flat {
  const snapshot = parseSnapshot(line);
  return flatten(sections, snapshot, judgedBy(snapshot.run_id));
}

export function parseSnapshot(line: string): Snapshot {
  const snapshot = JSON.parse(line) as Snapshot;
  if (typeof snapshot.sections !== 'object' || snapshot.sections === null) throw new Error('it has no sections');
  return snapshot;
}

export type ReusableBuffer = ReturnType<typeof reusableBuffer>;

/** One buffer for many files in turn: a new one for each of hundreds of days would outrun the garbage collector. */
export function reusableBuffer(): (size: number) => Uint8Array {
  let room = new Uint8Array(0);
  return (size) => {
    if (size > room.length) room = new Uint8Array(Math.ceil(size * 1.2));
    return room.subarray(0, size);
  };
}

/** Run id → verdict, for one day. Of several lines with one run id, the last counts; `again` gets the ids of such runs. */
export function readVerdictsOfDay(
  log: RawLog,
  day: Date,
  room?: ReusableBuffer,
  again?: Set<string>,
): Map<string, Verdict> {
  const found = new Map<string, Verdict>();
  const keep = (run: string, verdict: Verdict): void => {
    if (found.has(run)) again?.add(run);
    found.set(run, verdict);
  };
  const bytes = log.bytes(history, day, room);
  if (!bytes) return found;
  const buffer = bufferOf(bytes);
  // Most runs have the verdict of the run before: the bytes after time and run id are the same, and are not parsed again.
  let [like, likeBytes]: [Verdict | undefined, Buffer] = [undefined, Buffer.alloc(0)];
  for (let start = 0; start < buffer.length;) {
    const cut = buffer.indexOf(newline, start);
    const end = cut < 0 ? buffer.length : cut;
    const head = judgedHead.exec(buffer.toString('latin1', start, Math.min(end, start + headBytes)));
    const rest = buffer.subarray(start + (head?.[0].length ?? 0), end);
    if (head?.[1] !== undefined && like && rest.equals(likeBytes)) {
      keep(head[1], like);
    } else {
      const judged = judgedIn(buffer.toString('utf8', start, end));
      if (judged) keep(judged.run_id, judged);
      [like, likeBytes] = [judged?.run_id === head?.[1] ? judged : undefined, rest];
    }
    start = end + 1;
  }
  return found;
}

interface RunVerdict extends Verdict {
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
    return undefined; // torn or not ours: only the levels of that run are missing, not its readings
  }
}

export interface TimedLine {
  readonly time: number;
  readonly text: string;
}

/**
 * A day's lines newer than `after`, oldest first, and the times of the older ones that are not archived: they were written after
 * the clock was set back. Searched from the end, so that a long day costs no more.
 */
export function linesAfter(log: RawLog, day: Date, after: number, isArchived: (time: number) => boolean) {
  const [lines, older]: [TimedLine[], number[]] = [[], []];
  let [bad, scanned] = [0, 0];
  const isOver = day.getTime() + 86_400_000 <= after / 1000;
  for (const { text } of log.scan(snapshots, 'end', day)) {
    scanned += 1;
    const time = timeOf(text.slice(0, headBytes));
    if (time === undefined) bad += 1;
    else if (time > after) lines.push({ time, text });
    // All lines before the newest archived one were read when it was appended; of an earlier day, before any archived one.
    else if (time === after || (isOver && isArchived(time))) return { lines: lines.reverse(), older, bad };
    else if (!isArchived(time)) older.push(time);
  }
  // The store's last sample is of another day, or the file was compressed meanwhile: read the whole day.
  return scanned === 0 && isOver ? { lines, older, bad } : { ...wholeDay(log, day, after), older };
}

function wholeDay(log: RawLog, day: Date, after: number): { lines: TimedLine[]; bad: number } {
  const bytes = log.bytes(snapshots, day) ?? new Uint8Array();
  const { times, starts, ends, bad } = indexDay(bytes);
  const buffer = bufferOf(bytes);
  const lines = times.flatMap((time, line) =>
    time > after ? [{ time, text: buffer.toString('utf8', starts[line], ends[line]) }] : [],
  );
  return { lines, bad };
}

/** Run id → verdict, for the runs of these lines. Searches the day's log from the end, no further back than necessary. */
export function readVerdictsOfRuns(log: RawLog, day: Date, lines: readonly TimedLine[]): Map<string, Verdict> {
  const wanted = new Set(lines.map(({ text }) => runIdIn(text)));
  const oldest = Math.min(...lines.map(({ time }) => time)) / 1000;
  const found = new Map<string, Verdict>();
  // A run without a verdict must not cost a search through the whole day.
  let patience = 12;
  for (const { text } of log.scan(history, 'end', day)) {
    const judged = judgedIn(text);
    if (judged && wanted.has(judged.run_id) && !found.has(judged.run_id)) found.set(judged.run_id, judged);
    if (judged && Date.parse(judged.time) < oldest) patience -= 1;
    if (found.size === wanted.size || patience === 0) return found;
  }
  // The start of the file was reached and some are missing: the file may have been compressed meanwhile.
  return wanted.size === 0 ? found : readVerdictsOfDay(log, day);
}

export const runIdIn = (text: string): string => /"run_id":"([0-9a-f]{32})"/.exec(text.slice(0, 400))?.[1] ?? '';
