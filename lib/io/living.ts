// Whether a process that was noted still lives. Nothing is locked: who is wrong here does without a reading for a while.
import { readFileSync } from 'node:fs';
import { parseProcessStat } from '../parse/proc.ts';

interface Noted {
  readonly pid: number;
  /** What tells it from a later one of the same number: when it was started, in ticks since the boot. */
  readonly started: string;
}

export const thisProcess = (): Noted => ({ pid: process.pid, started: startOf(process.pid) ?? '' });

/** Also of one that was killed and is a zombie while a thread of it still sleeps in the kernel. */
export function lives({ pid, started }: Noted): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false; // there is none, or it is somebody else's and so no earlier run of ours
  }
  // In its sandbox a beat can signal an earlier one, and not see it: ProtectProc=invisible, and each has its own users.
  const now = startOf(pid);
  return now === undefined || now === started;
}

function startOf(pid: number): string | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).started;
  } catch {
    return undefined;
  }
}
