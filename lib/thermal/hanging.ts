// Chips are read on threads, and a driver that hangs keeps its thread for ever: it sleeps in the kernel and ignores
// signals, and the beat that owns the thread cannot exit before it, with all its memory. So few threads read at a time,
// each beat notes the chips that did not answer, and no beat reads a chip that an earlier beat still waits for.
//
// Slow chips must not use up the time of the others: NVMe disks are asked first, then the chips for which no time was left
// in the previous beat; a chip that was late then, or has used its share of time in this beat, is asked after all others.
import { TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { untilAborted } from '../core/abort.ts';
import { lanes } from '../core/lanes.ts';
import { isOfCpu } from './package.ts';

/** Start time included, because process ids are reused. */
interface Process {
  readonly pid: number;
  readonly started: string;
}

export interface Processes {
  readonly self: () => Process;
  readonly isStillAlive: (process: Process) => boolean;
}

/** The chip's folder → the beat that waits for it, and since when. */
export type HungChips = Readonly<Record<string, Process & { readonly since: string }>>;

/** Shared by all sources: a chip that hangs may be known to several. */
export type Chips = ReturnType<typeof chipsOf>;

/** Readings made until then count. The rest of the ten seconds is for sending. */
export const sourceMs = 3000;
/** A chip that has used this much is asked on after all others. */
const chipMs = 500;
export const noAnswerInTime = `no answer within ${sourceMs / 1000} s`;

const turns = { nvme: 0, unasked: 1, usual: 2, slow: 3 } as const;

/** Notes of a beat for the next one: folders of chips. */
interface Noted {
  readonly hung?: HungChips | undefined;
  readonly slow?: readonly string[] | undefined;
  readonly unasked?: readonly string[] | undefined;
}

/** There are four threads: two for chips, one for the processor, one for sending. */
export function chipsOf(
  { hung: before = {}, slow: slowBefore = [], unasked: unaskedBefore = [] }: Noted,
  { self, isStillAlive }: Processes,
  monotonicMs: () => number,
) {
  const hung = Object.fromEntries(Object.entries(before).filter(([, process]) => isStillAlive(process)));
  const [cpu, others] = [lanes(1), lanes(2)];
  const hanging = new Set<string>();
  const slow = new Set<string>();
  const unasked = new Set<string>();
  // The chips of each turn begin when all those of the turn before have queued.
  const soon = (after: Promise<void>): Promise<void> =>
    after.then(() => new Promise((resolve) => void setImmediate(resolve)));
  const begun: Promise<void>[] = [];
  const mayBegin = (turn: number): Promise<void> =>
    (begun[turn] ??= turn === 0 ? Promise.resolve() : soon(mayBegin(turn - 1)));
  const turnOf = (folder: string, driver: string, usedMs: number): number => {
    const wasSlow = Object.hasOwn(before, folder) || slowBefore.includes(folder);
    if (wasSlow || usedMs > chipMs) return turns.slow;
    if (driver === 'nvme') return turns.nvme;
    return unaskedBefore.includes(folder) ? turns.unasked : turns.usual;
  };
  return {
    /** Includes the chips that have not answered in this beat. Most of them do a little later, before the next beat. */
    hungAt: (at: Date): HungChips => {
      if (hanging.size === 0) return hung;
      const noted = { ...self(), since: at.toISOString() };
      return { ...hung, ...Object.fromEntries([...hanging].map((chip) => [chip, noted])) };
    },
    /** Chips that have used more than their share of time, and chips for which no time was left. */
    order: () => ({ slow: [...slow], unasked: [...unasked].filter((folder) => !slow.has(folder)) }),
    /** Returns a function that reads files of one chip, each when a thread is free. `driver`: the chip's, or the zone's type. */
    asker: (host: Host, folder: string, driver: string): ((path: string) => Promise<string>) => {
      // coretemp has some sixty processor registers: they need no thread, and queueing costs as much as the reading.
      if (driver === 'coretemp') return (path) => host.readText(path);
      const isCpu = isOfCpu(driver);
      const why = whyNotAsked(hung, folder, isCpu);
      if (why !== undefined) return () => Promise.reject(new Error(why));
      const { signal } = host;
      let usedMs = 0;
      return async (path) => {
        let isAsked = false;
        const ask = async (): Promise<string> => {
          signal.throwIfAborted();
          isAsked = true;
          hanging.add(folder);
          const began = monotonicMs();
          try {
            return await host.readText(path);
          } finally {
            usedMs += monotonicMs() - began;
            if (usedMs > chipMs) slow.add(folder);
            hanging.delete(folder);
          }
        };
        try {
          if (isCpu) return await untilAborted(signal, cpu(ask));
          const turn = turnOf(folder, driver, usedMs);
          await mayBegin(turn);
          return await untilAborted(signal, others(ask, turn));
        } catch (error) {
          if (error !== signal.reason) throw error;
          if (!isAsked && usedMs === 0) unasked.add(folder);
          throw new TimedOut(isAsked ? noAnswerInTime : 'not read: the chip read before it did not answer');
        }
      };
    },
  };
}

/** Many disks may fail at once, and each beat reads a few. With this many hanging beats the unit's memory is full. */
const mostBeats = 2;

function whyNotAsked(hung: HungChips, chip: string, isCpu: boolean): string | undefined {
  const known = Object.hasOwn(hung, chip) ? hung[chip] : undefined;
  if (known) return `it hung at ${known.since}, and is not asked again while process ${known.pid} lives`;
  const waiting = [...new Set(Object.values(hung).map(({ pid }) => pid))];
  if (isCpu || waiting.length < mostBeats) return undefined;
  return `it is not asked while earlier beats hang with other chips (processes ${waiting.join(', ')})`;
}
