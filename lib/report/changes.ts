// When levels changed in the course of a day, from its lines of health. Most lines judge as the one before did; those
// are compared as text and never parsed, so that a whole day costs little more than its changes.
import type { Line } from '../contract/stage.ts';
import type { Level } from '../core/level.ts';
import type { HistoryLine } from '../health/files.ts';

interface Change {
  readonly at: string;
  readonly id: string;
  /** Undefined: it appeared, or (to) it vanished. */
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
  readonly time: string;
  /** Of two lines with the same, the levels are the same. */
  readonly rest: string;
  readonly line: Line<HistoryLine>;
}

export function readDay(lines: Iterable<Line<HistoryLine>>, dayBefore?: Levels): Day {
  // Of lines that share a run id the last counts: a snapshot may be assessed again.
  const byRun = new Map<string, Judgement>();
  let bad = 0;
  for (const line of lines) {
    const split = splitLine(line) ?? parseWhole(line);
    if (split) byRun.set(split.runId, split.judgement);
    else bad += 1;
  }
  const judgements = [...byRun.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));

  const changes: Change[] = [];
  let snapshots = 0;
  // A level that comes and goes brings the same few judgements again and again.
  const known = new Map<string, Levels | undefined>();
  let before: { rest: string; levels: Levels } | undefined = dayBefore && { rest: '', levels: dayBefore };
  for (const { time, rest, line } of judgements) {
    const same = rest === before?.rest; // cheaper than looking kilobytes of text up
    if (!same && !known.has(rest)) known.set(rest, levelsOf(line));
    const levels = same ? before?.levels : known.get(rest);
    if (!levels) {
      bad += 1;
      continue;
    }
    snapshots += 1;
    if (before && rest !== before.rest) changes.push(...between(before.levels, levels, time));
    before = { rest, levels };
  }
  return { snapshots, changes, bad };
}

/** How the last line that can be read judged. */
export function lastGood(fromTheEnd: Iterable<Line<HistoryLine>>): Levels | undefined {
  for (const line of fromTheEnd) {
    const levels = levelsOf(line);
    if (levels) return levels;
  }
  return undefined;
}

/** As assess-health writes it: time and run id stand first. */
function splitLine(line: Line<HistoryLine>): { runId: string; judgement: Judgement } | undefined {
  const match = /^\{"time":"([^"\\]+)","run_id":"([^"\\]+)",/.exec(line.text);
  if (!match?.[1] || !match[2]) return undefined;
  return { runId: match[2], judgement: { time: match[1], rest: line.text.slice(match[0].length), line } };
}

/** Whoever wrote it in another order has a right to be read, too. */
function parseWhole(line: Line<HistoryLine>): { runId: string; judgement: Judgement } | undefined {
  try {
    const { time, run_id } = line.parse();
    return { runId: run_id, judgement: { time, rest: line.text, line } };
  } catch {
    return undefined; // counted by the caller
  }
}

function levelsOf(line: Line<HistoryLine>): Levels | undefined {
  try {
    return line.parse().levels;
  } catch {
    return undefined; // counted by the caller
  }
}

function between(before: Levels, after: Levels, at: string): Change[] {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...ids].map((id) => ({ at, id, from: before[id], to: after[id] })).filter(({ from, to }) => from !== to);
}
