// A thread that waits for a dead device sleeps in the kernel and heeds no signal, and the beat whose thread it is cannot
// end before it: all its memory stays. So each beat notes what did not answer, and none asks a chip for which an earlier
// one still waits.

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

export const stillHung = (before: HungChips, { lives }: Processes): HungChips =>
  Object.fromEntries(Object.entries(before).filter(([, process]) => lives(process)));

/** With those that have not answered in this beat. Most of them do a little later; then this process is gone by the next. */
export function withHanging(hung: HungChips, hanging: readonly string[], { self }: Processes, at: Date): HungChips {
  if (hanging.length === 0) return hung;
  const noted = { ...self(), since: at.toISOString() };
  return { ...hung, ...Object.fromEntries(hanging.map((chip) => [chip, noted])) };
}

/** Many disks may die at once, and a few are asked a beat. With so many beats left behind the unit's memory is full. */
const mostBeats = 2;

/** Why a chip is not asked in this beat, if so. */
export function whyNotAsked(hung: HungChips, chip: string, isCpu: boolean): string | undefined {
  const known = Object.hasOwn(hung, chip) ? hung[chip] : undefined;
  if (known) return `it hung at ${known.since}, and is not asked again while process ${known.pid} lives`;
  const waiting = [...new Set(Object.values(hung).map(({ pid }) => pid))];
  if (isCpu || waiting.length < mostBeats) return undefined;
  return `it is not asked while earlier beats hang with other chips (processes ${waiting.join(', ')})`;
}
