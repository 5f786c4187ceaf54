// Rates against the run before. Pure. Where the two runs cannot be compared there is no rate: undefined, never 0.
import { type ProcessStat, ticksPerSecond } from '../parse/proc.ts';

export type Ticks = Pick<ProcessStat, 'pid' | 'parent' | 'started' | 'own' | 'reaped'>;

const isSame = (a: Ticks | undefined, b: Ticks): a is Ticks =>
  a !== undefined && a.pid === b.pid && a.started === b.started;

/**
 * CPU time that the processes of a service have used since the run before. The time of a process that ended is found in the
 * `reaped` of the process that waited for it, together with what the process had used before the earlier run, which is
 * subtracted. Undefined where a process joined the service that is older than the earlier run: what it used since is unknown.
 */
export function cpuSecondsSince(
  before: readonly Ticks[],
  now: readonly Ticks[],
  uptimeBefore: number,
): number | undefined {
  const earlier = new Map(before.map((process) => [process.pid, process]));
  const present = new Map(now.map((process) => [process.pid, process]));
  const lives = ({ pid }: Ticks): boolean => isSame(present.get(pid), earlier.get(pid) as Ticks);
  /** Surviving process → what its descendants that ended had used before the earlier run. */
  const counted = new Map<number, number>();
  for (const ended of before.filter((process) => !lives(process))) {
    const heir = survivorAbove(ended);
    if (heir !== undefined) counted.set(heir, (counted.get(heir) ?? 0) + ended.own + ended.reaped);
  }
  let ticks = 0;
  for (const process of now) {
    const known = earlier.get(process.pid);
    if (isSame(known, process)) {
      const reaped = process.reaped - known.reaped - (counted.get(process.pid) ?? 0);
      ticks += Math.max(0, process.own - known.own) + Math.max(0, reaped);
    } else if (process.started >= Math.floor(uptimeBefore * ticksPerSecond)) ticks += process.own + process.reaped;
    else return undefined;
  }
  return ticks / ticksPerSecond;

  function survivorAbove({ parent }: Ticks): number | undefined {
    const seen = new Set<number>();
    for (let at = earlier.get(parent); at && !seen.has(at.pid); at = earlier.get(at.parent)) {
      if (lives(at)) return at.pid;
      seen.add(at.pid);
    }
    return undefined;
  }
}

/** Undefined for a counter that went back: it was set to zero, or wrapped. */
export const increaseOf = (before: number | undefined, now: number): number | undefined =>
  before === undefined || now < before ? undefined : now - before;

export interface Restarts {
  readonly count: number;
  /** The main processes when the service last ran. */
  readonly roots: Pick<ProcessStat, 'pid' | 'started'>[];
}

/** Counts a restart when none of the main processes is left and there are others. */
export function countRestarts(before: Restarts | undefined, roots: readonly Restarts['roots'][number][]): Restarts {
  const count = before?.count ?? 0;
  const kept = roots.map(({ pid, started }) => ({ pid, started }));
  if (!before || before.roots.length === 0 || roots.length === 0)
    return { count, roots: roots.length === 0 ? (before?.roots ?? []) : kept };
  const isLeft = before.roots.some((root) =>
    roots.some(({ pid, started }) => pid === root.pid && started === root.started),
  );
  return { count: isLeft ? count : count + 1, roots: kept };
}
