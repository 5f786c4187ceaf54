// Finds when levels changed in the course of a day, from the health history. Most lines have the levels of the line before:
// they are compared as text and not parsed, so that a whole day costs little more than its changes.
import type { Line } from '../contract/stage.ts';
import type { Level } from '../core/level.ts';
import { type HistoryLine, parseHistoryLine } from '../health/files.ts';

interface Change {
  readonly at: string;
  readonly id: string;
  /** Undefined where the observation appeared; `to` is undefined where it vanished. */
  readonly from: Level | undefined;
  readonly to: Level | undefined;
}

export interface Day {
  readonly snapshots: number;
  readonly changes: readonly Change[];
  /** Lines that could not be read. */
  readonly bad: number;
}

type Levels = HistoryLine['levels'];

interface Judgement {
  readonly runId: string;
  readonly time: string;
  /** Two lines with the same rest have the same levels. */
  readonly rest: string;
  readonly line: Line<HistoryLine>;
}

export function readDay(lines: Iterable<Line<HistoryLine>>, dayBefore?: Levels): Day {
  // The last of several lines with one run id counts: a snapshot may be assessed again.
  const byRun = new Map<string, Judgement>();
  let bad = 0;
  for (const line of lines) {
    const judgement = splitLine(line) ?? parseWhole(line);
    if (judgement) byRun.set(judgement.runId, judgement);
    else bad += 1;
  }
  const judgements = [...byRun.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));

  const changes: Change[] = [];
  let snapshots = 0;
  // A level that flaps brings the same few judgements again and again.
  const known = new Map<string, Levels | undefined>();
  let before: { rest: string; levels: Levels } | undefined = dayBefore && { rest: '', levels: dayBefore };
  for (const { time, rest, line } of judgements) {
    const same = rest === before?.rest; // cheaper than a Map lookup with kilobytes of text
    if (!same && !known.has(rest)) known.set(rest, parseHistoryLine(line)?.levels);
    const levels = same ? before?.levels : known.get(rest);
    if (!levels) {
      bad += 1;
      continue;
    }
    snapshots += 1;
    if (before && rest !== before.rest) changes.push(...diffLevels(before.levels, levels, time));
    before = { rest, levels };
  }
  return { snapshots, changes, bad };
}

/** The levels of the last readable line. */
export function lastLevels(fromTheEnd: Iterable<Line<HistoryLine>>): Levels | undefined {
  for (const line of fromTheEnd) {
    const levels = parseHistoryLine(line)?.levels;
    if (levels) return levels;
  }
  return undefined;
}

/** Splits a line as assess-health writes it: time and run id come first. */
function splitLine(line: Line<HistoryLine>): Judgement | undefined {
  const [head, time, runId] = /^\{"time":"([^"\\]+)","run_id":"([^"\\]+)",/.exec(line.text) ?? [];
  return head && time && runId ? { runId, time, rest: line.text.slice(head.length), line } : undefined;
}

/** For lines whose keys are in another order. */
function parseWhole(line: Line<HistoryLine>): Judgement | undefined {
  const record = parseHistoryLine(line);
  return record && { runId: record.run_id, time: record.time, rest: line.text, line };
}

function diffLevels(before: Levels, after: Levels, at: string): Change[] {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  const levelIn = (levels: Levels, id: string): Level | undefined =>
    Object.hasOwn(levels, id) ? levels[id] : undefined;
  return [...ids]
    .map((id) => ({ at, id, from: levelIn(before, id), to: levelIn(after, id) }))
    .filter(({ from, to }) => from !== to);
}
