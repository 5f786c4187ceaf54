// When levels changed in the course of a day, from its lines of health.
import type { Level } from '../core/level.ts';
import type { HistoryLine } from '../health/files.ts';

export interface Change {
  readonly at: string;
  readonly id: string;
  /** Undefined: it appeared, or (to) it vanished. */
  readonly from: Level | undefined;
  readonly to: Level | undefined;
}

/** Of lines that share a run id the last counts: a snapshot may be assessed again. */
export function lastOfEachRun(lines: readonly HistoryLine[]): HistoryLine[] {
  const byRun = new Map<string, HistoryLine>();
  for (const line of lines) byRun.set(line.run_id, line);
  return [...byRun.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

export function changesOf(lines: readonly HistoryLine[]): Change[] {
  const changes: Change[] = [];
  let before: HistoryLine | undefined;
  for (const line of lines) {
    if (before) changes.push(...between(before, line));
    before = line;
  }
  return changes;
}

function between(before: HistoryLine, after: HistoryLine): Change[] {
  const ids = new Set([...Object.keys(before.levels), ...Object.keys(after.levels)]);
  return [...ids]
    .map((id) => ({ at: after.time, id, from: before.levels[id], to: after.levels[id] }))
    .filter(({ from, to }) => from !== to);
}
