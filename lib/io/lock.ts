// A lock that dies with its holder: the kernel's own record lock, taken through SQLite, which Node carries with it.
// A file with a pid would have to guess whether that process still lives, which ProtectProc=invisible and reused pids
// make impossible; this lock holds between a unit in namespaces of its own and a shell, and ends with kill -9.
import { accessSync, closeSync, constants, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, LockedOut } from '../contract/errors.ts';
import { reasonOf } from '../core/text.ts';
import { forOwner, makeFolder, readIfThere } from './files.ts';

export interface Lock {
  release(): void;
}

/** Waits briefly, then says who holds it. `path` is the lock; beside it lies a note of the holder, for that message only. */
export async function takeLock(path: string, what: string, waitMs: number): Promise<Lock> {
  makeWritable(path);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    // With its journal in memory taking the lock writes nothing, so that it works on a full disk. (OFF would not do:
    // Node's SQLite is in defensive mode, which ignores it.)
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
    writeFileSync(`${path}.holder`, note, { mode: 0o644 });
  } catch {
    // a full disk costs the note, not the lock
  }
  return { release: () => database.close() };
}

/**
 * What is read-only SQLite would open for reading, and the lock would hold nobody back. Of what cannot be made it would say
 * only that it could not be opened.
 */
function makeWritable(path: string): void {
  try {
    makeFolder(dirname(path), forOwner);
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o644));
    accessSync(path, constants.W_OK);
  } catch (error) {
    const code = errorCode(error);
    const whose = code === 'EACCES' ? `: ${ownerOf(path)}` : '';
    throw Object.assign(new Error(`the lock ${path} cannot be taken${whose}`, { cause: error }), { code });
  }
}

/** Of the nearest that is there. What is somebody else's is not gone round: whoever owns it runs the stages. */
function ownerOf(path: string): string {
  if (!existsSync(path)) return ownerOf(dirname(path));
  return `${path} belongs to the user ${statSync(path).uid}, and this is ${process.getuid?.()}`;
}
