// A lock that the kernel frees when its holder ends: a record lock, taken through the SQLite that is built into Node.
// With a pid file one would have to guess whether that process still lives, which ProtectProc=invisible and reused pids
// make impossible; this lock works between a unit in namespaces of its own and a shell, and kill -9 frees it.
import { accessSync, closeSync, constants, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codedError, errorCode, LockedOut } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { parsePasswd } from '../parse/passwd.ts';
import { forOwner, makeFolder, readIfThere, removeQuietly, unlessFailing } from './files.ts';
import { endOnLeaving, interruptedCode } from './leave.ts';
import { describeThisProcess, isStillAlive } from './living.ts';
import { spareOf } from './spare.ts';

export interface Lock {
  release(): void;
}

/** The lock of a stage: beside the files that it protects, or in the runtime folder where that disk is full or read-only. */
export function lockPaths(places: Places, stage: string): readonly [path: string, spare: string] {
  const path = join(places.state, 'locks', stage);
  return [path, spareOf(path, places)];
}

export interface Waiting {
  readonly waitMs: number;
  /** The holder ends within this time. */
  readonly deadlineMs: number;
}

/** Waits up to `waitMs`, then throws LockedOut, which names the holder. `path` is the lock; `path`.holder is a note about the
 * holder, which the holder removes when it ends in an orderly way. */
export async function takeLock(path: string, what: string, { waitMs, deadlineMs }: Waiting): Promise<Lock> {
  makeWritable(path);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    // With the journal in memory, taking the lock writes nothing and so works on a full disk. (journal_mode=OFF has no
    // effect: Node's SQLite is in defensive mode, which ignores it.)
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked/.test(reasonOf(error)))
      throw new Error(`the lock ${path} cannot be taken; remove it if it is not ours`, { cause: error });
    const holder = readIfThere(`${path}.holder`)?.split('\n', 1)[0] ?? 'a process that left no note';
    throw new LockedOut(`${what} is already running: ${holder} holds ${path}`);
  }
  const { pid, started } = describeThisProcess();
  const now = Date.now();
  const deadline = new Date(now + deadlineMs + graceMs).toISOString();
  const note = `process ${pid}, since ${new Date(now).toISOString()}\nstart ${started}, deadline ${deadline}\n`;
  try {
    writeFileSync(`${path}.holder`, note, { mode: 0o600 });
  } catch {
    // a full disk costs the note, not the lock
  }
  // Somebody at the keyboard ended the run and knows of it: it is no run that failed.
  const forget = endOnLeaving((code) => {
    if (code === interruptedCode) removeQuietly(`${path}.holder`);
  });
  return {
    release: () => {
      forget();
      removeQuietly(`${path}.holder`); // under the lock: later, the note may be that of another holder
      database.close();
    },
  };
}

/** Whether a holder left its note: it holds the lock, or was killed. */
export const hasHolder = (path: string): boolean => existsSync(`${path}.holder`);

/** A stage that passed its deadline still writes its record. */
const graceMs = 15_000;

/** The run that took the lock and ended without releasing it: it was killed, or it hangs beyond its deadline. Undefined where
 * the last run ended in an orderly way or is going on. */
export function unfinishedRun(path: string, now: Date): { readonly since: string } | undefined {
  const note = unlessFailing(() => readIfThere(`${path}.holder`)) ?? '';
  const match = /^process (\d+), since (\S+)\nstart (\d*), deadline (\S+)\n$/.exec(note);
  if (!match) return undefined; // no note, a note of an earlier version, or a torn one
  const [, pid, since = '', started = '', deadline = ''] = match;
  const isGoingOn = now.getTime() <= Date.parse(deadline) && isStillAlive({ pid: Number(pid), started });
  return isGoingOn ? undefined : { since };
}

/** SQLite would open a read-only file for reading, and the lock would then exclude nobody. For a file that cannot be
 * created, its error says only that it could not be opened. */
function makeWritable(path: string): void {
  try {
    makeFolder(dirname(path), forOwner);
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    accessSync(path, constants.W_OK);
  } catch (error) {
    const code = errorCode(error);
    const reason = code === 'EACCES' ? `: ${describeOwner(path)}` : '';
    throw codedError(code, `the lock ${path} cannot be taken${reason}`, { cause: error });
  }
}

/** Names the owner of the path, or of the nearest existing folder above it. A path of another user is not bypassed: its
 * owner is the user who runs the stages. */
function describeOwner(path: string): string {
  if (!existsSync(path)) return describeOwner(dirname(path));
  return `${path} belongs to the user ${nameOfUser(statSync(path).uid)}, and this is ${nameOfUser(process.getuid?.())}`;
}

/** The number itself where the user is not one of this machine's own. */
function nameOfUser(id: number | undefined): string {
  const entries = unlessFailing(() => readIfThere('/etc/passwd')) ?? '';
  return parsePasswd(entries).find((user) => user.id === id)?.name ?? String(id);
}
