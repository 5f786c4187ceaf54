// Records whether the monitor detected each fault: the first cycle that was not green, the levels that were reached, and
// the cycle from which all observations were green again.
import { alignColumns } from '../core/columns.ts';
import { type Level, worst } from '../core/level.ts';
import { type Fault, faultName } from './faults.ts';

export interface Sighting {
  readonly fault: Fault;
  readonly outcome: 'seen' | 'missed' | 'still there' | 'not judged';
  readonly firstSeen: number | undefined;
  readonly greenAgain: number | undefined;
  readonly levels: readonly Level[];
}

/** Level by observation id. */
export type Levels = Readonly<Record<string, Level>>;

interface Detection {
  first?: number;
  green?: number;
  /** Observation id → all levels but green that it had from the fault's begin until it was green again. */
  readonly levels: Map<string, Set<Level>>;
}

/** After the end of a fault, delayed files may still be arriving, so green may come this much later. */
const recoveryMs = 2 * 3_600_000;

/** `checks` holds the names of the checks of this version. */
export function watchFaults(faults: readonly Fault[], checks: ReadonlySet<string>) {
  const watched = faults.map((fault) => ({
    fault,
    ids: Object.keys(fault.expected).filter((id) => checks.has(id.slice(0, id.indexOf(':')))),
    seen: { levels: new Map() } as Detection,
  }));
  return {
    addCycle(at: number, levels: Levels): void {
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
    /** The sightings of the faults that had begun by then. */
    sightings: (until: number): Sighting[] =>
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

function outcomeOf(fault: Fault, ids: readonly string[], seen: Detection, until: number): Sighting['outcome'] {
  if (ids.length === 0) return 'not judged';
  const detected = ids.every((id) => seen.levels.get(id)?.has(fault.expected[id] ?? 'red'));
  if (until < fault.ends + recoveryMs && seen.green === undefined) return 'still there';
  return detected && seen.green !== undefined ? 'seen' : 'missed';
}

/** Formats an instant as `10-01 06:35` (UTC). */
export const shortTime = (ms: number | undefined): string =>
  ms === undefined ? '' : new Date(ms).toISOString().slice(5, 16).replace('T', ' ');

/** A table with a header line and one line for each fault. */
export function renderSightings(sightings: readonly Sighting[]): string {
  const rows = [
    ['fault', 'begins', 'first seen', 'worst', 'ends', 'green again', ''],
    ...sightings.map(({ fault, outcome, firstSeen, greenAgain, levels }) => [
      faultName(fault),
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
