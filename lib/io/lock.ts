// A lock that the kernel frees when its holder ends: a record lock, taken through the SQLite that is built into Node.
// With a pid file one would have to guess whether that process still lives, which ProtectProc=invisible and reused pids
// make impossible; this lock works between a unit in namespaces of its own and a shell, and kill -9 frees it.
import { accessSync, closeSync, constants, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codedError, errorCode, LockedOut } from '../contract/errors.ts';
import { reasonOf } from '../core/text.ts';
import { forOwner, makeFolder, readIfThere } from './files.ts';

export interface Lock {
  release(): void;
}

/** Waits up to `waitMs`, then throws LockedOut, which names the holder. `path` is the lock; `path`.holder is a note
 * about the holder, only for that message. */
export async function takeLock(path: string, what: string, waitMs: number): Promise<Lock> {
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
    const holder = readIfThere(`${path}.holder`)?.trim() ?? 'a process that left no note';
    throw new LockedOut(`${what} is already running: ${holder} holds ${path}`);
  }
  const note = `process ${process.pid}, since ${new Date().toISOString()}\n`;
  try {
    writeFileSync(`${path}.holder`, note, { mode: 0o600 });
  } catch {
    // a full disk costs the note, not the lock
  }
  return { release: () => database.close() };
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
  return `${path} belongs to the user ${statSync(path).uid}, and this is ${process.getuid?.()}`;
}
