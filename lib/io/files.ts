// Replacing and appending files so that a kill, a power cut or a full disk leaves every file old or new, and whole.
//
// All of it synchronous. A trip through the thread pool costs more than a small file, a oneshot has nothing else to do
// meanwhile, and a pool whose threads all hang in a dead disk that was being watched cannot keep the snapshot from
// being written. What a probe looks at is never touched from here.
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { errorCode, isMissing } from '../contract/errors.ts';
import { join } from '../core/path.ts';

/** The whole file by temporary file, fsync, rename, fsync of the folder. */
export function replaceFile(path: string, text: string, mode: number): void {
  makeFolder(dirname(path));
  // write-file-atomic's own write ignores how many bytes the kernel took and publishes a short file on a full disk
  // (measured: 208,896 of 230,000 bytes, no error). So it is given no data, and the temporary file is written here,
  // by a call that goes on until all is written or throws. It changes the options it is given: always a fresh literal.
  writeFileAtomic.sync(path, '', {
    mode,
    fsync: false,
    tmpfileCreated: (temporary) => writeFileSync(temporary, text, { flush: true }),
  });
  syncFolder(dirname(path));
}

/**
 * The same for what need not survive a power cut: whoever reads it sees the old file or the new one, and no disk is waited
 * for. By hand, because write-file-atomic follows every part of the path and asks for the old file's owner: together a
 * twentieth of a start, in a beat that writes three files.
 */
export function swapFile(path: string, text: string, mode: number): void {
  makeFolder(dirname(path));
  const temporary = `${path}.tmp-${process.pid}-0`;
  try {
    // No chmod afterwards: on ext4 it costs as much as all the rest.
    whateverUmask(() => writeFileSync(temporary, text, { mode }));
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** What cannot be cleaned up either (a disk that is read-only) must not hide why it had to be. */
function removeQuietly(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    // swept by a later run
  }
}

/** The whole file in place, in a sixtieth of the time: for what nobody else reads and need not survive a kill. */
export function overwriteFile(path: string, text: string, mode: number): void {
  makeFolder(dirname(path));
  // Cut to its length afterwards, not emptied before: ext4 takes that for a replacement, and writes it to the disk.
  withOpen(path, constants.O_WRONLY | constants.O_CREAT, mode, (descriptor) => {
    writeFileSync(descriptor, text);
    ftruncateSync(descriptor, Buffer.byteLength(text));
  });
}

export function syncFolder(folder: string): void {
  withOpen(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0, fsyncSync);
}

/**
 * One whole line at the end, in one write, synced unless it need not survive a power cut. A line that an earlier run left
 * torn is closed first.
 */
export function appendLine(path: string, line: string, mode: number, { synced = true } = {}): void {
  makeFolder(dirname(path));
  const size = withOpen(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, mode, (descriptor) => {
    const { size: before } = fstatSync(descriptor);
    const bytes = Buffer.from(`${endsTorn(descriptor, before) ? '\n' : ''}${line}\n`);
    // write() says how much it took; on a full disk that is less than asked for, and no error.
    const written = writeSync(descriptor, bytes);
    if (written !== bytes.length) {
      // What was there before is worth more than the beginning of a line: take the torn piece back.
      ftruncateSync(descriptor, before);
      throw Object.assign(new Error(`ENOSPC: only ${written} of ${bytes.length} bytes of a line went on the disk`), {
        code: 'ENOSPC',
      });
    }
    if (synced) fsyncSync(descriptor);
    if (before === 0) fchmodSync(descriptor, mode); // whatever the umask says
    return before;
  });
  if (size === 0 && synced) syncFolder(dirname(path));
}

function endsTorn(descriptor: number, size: number): boolean {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

function withOpen<Result>(path: string, flags: number, mode: number, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, flags, mode);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Of the folders that are made, whatever the umask: who may read a file is said by the file's own mode. Under a unit's
 * UMask=0027 nobody got to the textfiles, which are for all.
 */
const forAll = 0o755;
/** For locks, which whoever can read them can take, and for what is nobody else's. */
export const forOwner = 0o700;

/**
 * Folders on the way are made, and those that are there stay as they are; `mode` is that of the last one. Not by Node's own
 * recursion, which below /proc never ends.
 */
export function makeFolder(path: string, mode = forAll): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder))
    missing.push(folder);
  for (const folder of missing.reverse()) makeOne(folder, folder === path ? mode : forAll);
}

/** By no chmod afterwards: that would take the setgid bit, by which the folder above hands on its group. */
function makeOne(folder: string, mode: number): void {
  try {
    whateverUmask(() => mkdirSync(folder, mode));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error; // another stage was quicker
  }
}

function whateverUmask(make: () => void): void {
  const umask = process.umask(0);
  try {
    make();
  } finally {
    process.umask(umask);
  }
}

/**
 * Temporary files of a file, left by a run that was killed. Call only under the lock of its one writer. Only names that
 * the build gives them: what an admin or logrotate put beside a file is not ours to remove.
 */
export function sweepTemporaries(path: string, beforeMs = Infinity): void {
  sweep(dirname(path), (name) => name === basename(path), beforeMs);
}

/** Of all files in a folder that has one writer. */
export function sweepFolder(folder: string): void {
  sweep(folder, () => true, Infinity);
}

function sweep(folder: string, isOurs: (name: string) => boolean, beforeMs: number): void {
  for (const entry of listIfThere(folder)) {
    const [ending] = /\.tmp-\d+-\d+$/.exec(entry) ?? [];
    if (ending === undefined || !isOurs(entry.slice(0, -ending.length))) continue;
    try {
      if (statSync(join(folder, entry)).mtimeMs > beforeMs) continue;
      unlinkSync(join(folder, entry));
    } catch {
      // not a file, or gone: it is in nobody's way
    }
  }
}

const mostBytes = 64 * 1024 * 1024;

/** Undefined where there is no such file. What is no regular file, or too large to be ours, is refused, not waited for. */
export function readIfThere(path: string, most = mostBytes): string | undefined {
  try {
    return withOpen(path, constants.O_RDONLY | constants.O_NONBLOCK, 0, (descriptor) => {
      const found = fstatSync(descriptor);
      if (found.isDirectory()) throw Object.assign(new Error(`EISDIR: ${path} is a folder`), { code: 'EISDIR' });
      if (!found.isFile()) throw new Error(`${path} is not a regular file`);
      if (found.size > most)
        throw new Error(`${path} has ${found.size} bytes, more than ${most}: it is not what it should be`);
      return readFileSync(descriptor, 'utf8');
    });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const mostDayBytes = 1024 * 1024 * 1024;

export function readBytesIfThere(path: string, room?: (size: number) => Uint8Array): Uint8Array | undefined {
  try {
    return withOpen(path, constants.O_RDONLY | constants.O_NONBLOCK, 0, (descriptor) => {
      const found = fstatSync(descriptor);
      if (!found.isFile()) throw new Error(`${path} is not a regular file`);
      if (found.size > mostDayBytes) throw new Error(`${path} has ${found.size} bytes, more than ${mostDayBytes}`);
      return room ? readInto(descriptor, room(found.size)) : readFileSync(descriptor);
    });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function readInto(descriptor: number, room: Uint8Array): Uint8Array {
  let done = 0;
  for (let took = -1; done < room.length && took !== 0; done += took)
    took = readSync(descriptor, room, done, room.length - done, done);
  return room.subarray(0, done);
}

export const modifiedMs = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function listIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The disk is the trouble, not the path or the rights: what must speak then speaks from the runtime folder. */
export const isDiskTrouble = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes(errorCode(error) ?? '');
