// Chips are asked on threads, and a driver that hangs keeps its thread for ever: it sleeps in the kernel and heeds no
// signal, and the beat whose thread it is cannot end before it, with all its memory. So few threads ask at a time, each
// beat notes what did not answer, and none asks a chip for which an earlier one still waits.
import { TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { untilAborted } from '../core/abort.ts';
import { lanes } from '../core/lanes.ts';
import { isOfCpu } from './package.ts';

/** A process, named for good. */
interface Process {
  readonly pid: number;
  readonly started: string;
}

export interface Processes {
  readonly self: () => Process;
  readonly lives: (process: Process) => boolean;
}

/** By the chip's folder: which beat waits for it, and since when. */
export type HungChips = Readonly<Record<string, Process & { readonly since: string }>>;

/** Shared by all sources: a chip that hangs may be known to several. */
export interface Chips {
  /**
   * How to read the values of a chip of this driver, or of a zone of this type, in this folder: each when there is a thread
   * for it.
   */
  asker(host: Host, folder: string, driver: string): (path: string) => Promise<string>;
  /** With those that have been asked in this beat and have not answered. Most do a little later, before the next beat. */
  hungAt(at: Date): HungChips;
}

/** What was read by then counts. The rest of the ten seconds is for telling. */
export const sourceMs = 3000;
export const noAnswerInTime = `no answer within ${sourceMs / 1000} s`;

/** `before` is what the beats before noted. There are four threads: two for chips, one for the processor, one for telling. */
export function chipsOf(before: HungChips, { self, lives }: Processes): Chips {
  const hung = Object.fromEntries(Object.entries(before).filter(([, process]) => lives(process)));
  const [cpu, others] = [lanes(1), lanes(2)];
  const hanging = new Set<string>();
  return {
    hungAt: (at) => {
      if (hanging.size === 0) return hung;
      const noted = { ...self(), since: at.toISOString() };
      return { ...hung, ...Object.fromEntries([...hanging].map((chip) => [chip, noted])) };
    },
    asker: (host, folder, driver) => {
      // Registers of the processor, sixty of them: they need no thread, and each turn here costs as much as the reading.
      if (driver === 'coretemp') return (path) => host.readText(path);
      const isCpu = isOfCpu(driver);
      const why = whyNotAsked(hung, folder, isCpu);
      if (why !== undefined) return () => Promise.reject(new Error(why));
      const { signal } = host;
      const lane = isCpu ? cpu : others;
      return async (path) => {
        let isAsked = false;
        const ask = async (): Promise<string> => {
          signal.throwIfAborted();
          isAsked = true;
          hanging.add(folder);
          try {
            return await host.readText(path);
          } finally {
            hanging.delete(folder);
          }
        };
        try {
          return await untilAborted(signal, lane(ask));
        } catch (error) {
          if (error !== signal.reason) throw error;
          throw new TimedOut(isAsked ? noAnswerInTime : 'it was not asked: what was asked before it gave no answer');
        }
      };
    },
  };
}

/** Many disks may die at once, and a few are asked a beat. With so many beats left behind the unit's memory is full. */
const mostBeats = 2;

/** Why a chip is not asked in this beat, if so. */
function whyNotAsked(hung: HungChips, chip: string, isCpu: boolean): string | undefined {
  const known = Object.hasOwn(hung, chip) ? hung[chip] : undefined;
  if (known) return `it hung at ${known.since}, and is not asked again while process ${known.pid} lives`;
  const waiting = [...new Set(Object.values(hung).map(({ pid }) => pid))];
  if (isCpu || waiting.length < mostBeats) return undefined;
  return `it is not asked while earlier beats hang with other chips (processes ${waiting.join(', ')})`;
}
