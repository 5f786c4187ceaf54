// Whether the monitor saw what went wrong: of each fault the first cycle that told of it, the levels that it reached, and
// the cycle from which all was green again.
import { alignColumns } from '../core/columns.ts';
import { type Level, worst } from '../core/level.ts';
import { type Fault, nameOf } from './faults.ts';

export interface Sighting {
  readonly fault: Fault;
  readonly outcome: 'seen' | 'missed' | 'still there' | 'not judged';
  readonly firstSeen: number | undefined;
  readonly greenAgain: number | undefined;
  readonly levels: readonly Level[];
}

/** By observation. */
export type Levels = Readonly<Record<string, Level>>;

export interface Watch {
  see(at: number, levels: Levels): void;
  /** Of the faults that had begun by then. */
  sightings(until: number): Sighting[];
}

interface Seen {
  first?: number;
  green?: number;
  /** By observation, all that it was while the fault was there. */
  readonly levels: Map<string, Set<Level>>;
}

/** After a fault has ended, what was late for its sake may still be on its way. */
const recoveryMs = 2 * 3_600_000;

/** `checks`: by name, those that this version has. */
export function watchFaults(faults: readonly Fault[], checks: ReadonlySet<string>): Watch {
  const watched = faults.map((fault) => ({
    fault,
    ids: Object.keys(fault.sees).filter((id) => checks.has(id.slice(0, id.indexOf(':')))),
    seen: { levels: new Map() } as Seen,
  }));
  return {
    see(at, levels) {
      for (const { fault, ids, seen } of watched) {
        if (ids.length === 0 || at < fault.begins || seen.green !== undefined) continue;
        const now = ids.map((id) => levels[id] ?? 'unknown');
        const bad = now.some((level) => level !== 'green');
        if (bad) seen.first ??= at;
        ids.forEach((id, index) => {
          const level = now[index] ?? 'unknown';
          if (level !== 'green') seen.levels.set(id, (seen.levels.get(id) ?? new Set()).add(level));
        });
        if (at >= fault.ends && !bad) seen.green = at;
      }
    },
    sightings: (until) =>
      watched
        .filter(({ fault }) => fault.begins < until)
        .map(({ fault, ids, seen }) => ({
          fault,
          outcome: outcomeOf(fault, ids, seen, until),
          firstSeen: seen.first,
          greenAgain: seen.green,
          levels: [...new Set([...seen.levels.values()].flatMap((levels) => [...levels]))],
        })),
  };
}

function outcomeOf(fault: Fault, ids: readonly string[], seen: Seen, until: number): Sighting['outcome'] {
  if (ids.length === 0) return 'not judged';
  const told = ids.every((id) => seen.levels.get(id)?.has(fault.sees[id] ?? 'red'));
  if (until < fault.ends + recoveryMs && seen.green === undefined) return 'still there';
  return told && seen.green !== undefined ? 'seen' : 'missed';
}

/** `10-01 06:35`. */
const shortTime = (ms: number | undefined): string =>
  ms === undefined ? '' : new Date(ms).toISOString().slice(5, 16).replace('T', ' ');

/** A line a fault, under a head. */
export function renderSightings(sightings: readonly Sighting[]): string {
  const rows = [
    ['fault', 'begins', 'first seen', 'worst', 'ends', 'green again', ''],
    ...sightings.map(({ fault, outcome, firstSeen, greenAgain, levels }) => [
      nameOf(fault),
      shortTime(fault.begins),
      shortTime(firstSeen),
      levels.length === 0 ? '' : worst(levels),
      shortTime(fault.ends),
      shortTime(greenAgain),
      outcome === 'seen' ? '' : outcome === 'missed' ? 'MISSED' : outcome,
    ]),
  ];
  return alignColumns(rows).join('\n');
}
