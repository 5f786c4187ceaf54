// Checks whether a process that a note names is still alive. No lock depends on the answer: a wrong one only skips a reading
// for a while.
import { readFileSync } from 'node:fs';
import { parseProcessStat } from '../parse/proc.ts';
import { unlessFailing } from './files.ts';

/** `started`, in clock ticks since boot, distinguishes the process from a later one with the same pid. */
export const describeThisProcess = () => ({ pid: process.pid, started: startOf(process.pid) ?? '' });

/** True also for a killed process that is a zombie while one of its threads still sleeps in the kernel. */
export function isStillAlive({ pid, started }: ReturnType<typeof describeThisProcess>): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  // kill() fails where there is no such process, and for one of another user, which cannot be an earlier run of ours.
  if (!unlessFailing(() => process.kill(pid, 0))) return false;
  // In its sandbox a beat can signal an earlier beat but not see it in /proc: ProtectProc=invisible, and each beat has
  // its own user namespace.
  const now = startOf(pid);
  return now === undefined || now === started;
}

const startOf = (pid: number): string | undefined =>
  unlessFailing(() => parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).started);
