// The coverage of a drill: how many of the runs that were due took place. Pure.
import type { Drill } from './config.ts';
import type { DrillResult } from './files.ts';

/** The number of the period in which the time lies, from 0; undefined outside the drill. */
function periodOf({ start, every, for: length }: Drill, at: string): number | undefined {
  const seconds = (Date.parse(at) - Date.parse(start)) / 1000;
  return seconds >= 0 && seconds < length ? Math.floor(seconds / every) : undefined;
}

export const isInDrill = (drill: Drill, at: string): boolean => periodOf(drill, at) !== undefined;

/** A run is due in each period. The run of the present period counts as due only once it took place, since there is time left for it.
 * `runs`: when the runs began. */
export function coverDrill(drill: Drill, runs: readonly string[], now: Date): DrillResult {
  const seconds = Math.min((now.getTime() - Date.parse(drill.start)) / 1000, drill.for);
  const periods = Math.ceil(drill.for / drill.every);
  // A last period that is shorter than the others ends with the drill.
  const over = seconds >= drill.for ? periods : Math.max(0, Math.floor(seconds / drill.every));
  const found = runs.map((at) => periodOf(drill, at));
  const took = new Set(found.filter((period) => period !== undefined && period <= over));
  const isPresentDone = over < periods && took.has(over);
  const due = over + (isPresentDone ? 1 : 0);
  return {
    due_runs: due,
    runs: took.size,
    ...(due === 0 ? {} : { coverage_ratio: took.size / due }),
    runs_outside: found.filter((period) => period === undefined).length,
  };
}
