// Replaces and appends files so that after a kill, a power cut or a full disk each file is either the old or the new one.
//
// Everything here is synchronous: a trip through the thread pool costs more than writing a small file, a oneshot has nothing
// else to do meanwhile, and the snapshot must be written even when every thread of the pool hangs in a dead disk. For the
// same reason these functions never touch a path that a probe looks at.
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
import { codedError, errorCode, isMissing } from '../contract/errors.ts';
import { join } from '../core/path.ts';

/** Replaces the file: temporary file, fsync, rename, fsync of the folder. A link at `path` is itself replaced. */
export function replaceFile(path: string, text: string | Uint8Array, mode: number): void {
  renameInto(path, text, mode, true);
  syncFolder(dirname(path));
}

/** Like replaceFile for files that need not survive a power cut: readers see the old file or the new one, and nothing waits
 * for a disk. */
export const swapFile = (path: string, text: string | Uint8Array, mode: number): void =>
  renameInto(path, text, mode, false);

/** Written by hand, because others may write to some of our folders (`files.textfiles`, `files.raw`): write-file-atomic
 * replaces the target of a link, and opens a temporary file that another user can guess, replace or link meanwhile. */
function renameInto(path: string, text: string | Uint8Array, mode: number, synced: boolean): void {
  makeFolder(dirname(path));
  const temporary = temporaryOf(path);
  try {
    createFile(temporary, text, mode, synced);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** No other process can have this name in mind; that a guess does no harm is O_EXCL's business. */
const temporaryOf = (path: string): string =>
  `${path}.tmp-${process.pid}-${Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)}`;

/** Throws where anything stands at `path`, a link included; writes all or throws. The mode does not depend on the umask. */
export function createFile(path: string, content: string | Uint8Array, mode: number, synced: boolean): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  // No chmod afterwards: on ext4 it costs as much as all the rest.
  const descriptor = whateverUmask(() => openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  try {
    writeFileSync(descriptor, content);
    if (synced) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Ignores errors: a failed clean-up (a read-only disk, another user's folder) must not hide the error before it. */
export function removeQuietly(path: string): void {
  // Mostly there is no such file, and a failing unlink costs more than this check.
  unlessFailing(() => modifiedMs(path) !== undefined && removeIfThere(path));
}

/** Overwrites the file in place, 60 times as fast: for files that nobody else reads and that need not survive a kill. */
export function overwriteFile(path: string, text: string | Uint8Array, mode: number): void {
  makeFolder(dirname(path));
  // Truncated afterwards, not before: ext4 takes an emptied file for a replacement and flushes it to the disk.
  withOpen(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, mode, (descriptor) => {
    writeFileSync(descriptor, text);
    ftruncateSync(descriptor, Buffer.byteLength(text));
  });
}

export function syncFolder(folder: string): void {
  withOpen(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0, fsyncSync);
}

/** Appends one whole line in one write, after closing a line that an earlier run left torn. With `synced: false` the line may
 * be lost in a power cut. Refuses a link: in a folder of a group, a member could have our lines appended to any file. */
export function appendLine(path: string, line: string, mode: number, { synced = true } = {}): void {
  makeFolder(dirname(path));
  const size = openToAppend(path, mode, (descriptor) => {
    const { size: before } = fstatSync(descriptor);
    const bytes = Buffer.from(`${endsTorn(descriptor, before) ? '\n' : ''}${line}\n`);
    const written = writeSync(descriptor, bytes);
    if (written !== bytes.length) {
      // Remove the partial line again: the records before it must stay readable.
      ftruncateSync(descriptor, before);
      throw shortWrite(path, written, bytes);
    }
    if (synced) fsyncSync(descriptor);
    if (before === 0) fchmodSync(descriptor, mode); // a new file's mode must not depend on the umask
    return before;
  });
  if (size === 0 && synced) syncFolder(dirname(path));
}

function openToAppend<Result>(path: string, mode: number, append: (descriptor: number) => Result): Result {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  try {
    return withOpen(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, mode, (descriptor) => {
      if (fstatSync(descriptor).isFIFO()) throw new Error(`${path} is a named pipe, not a file: remove it`);
      return append(descriptor);
    });
  } catch (error) {
    if (errorCode(error) !== 'ELOOP') throw error;
    const advice = 'it is a link, which somebody else may have put there; remove it';
    throw new Error(`appending to ${path} was refused: ${advice}`, { cause: error });
  }
}

/** On a full disk write() may write fewer bytes than asked, without an error. */
export const shortWrite = (path: string, written: number, { length }: Uint8Array): Error =>
  codedError('ENOSPC', `ENOSPC: only ${written} of ${length} bytes were written to ${path}`);

function endsTorn(descriptor: number, size: number): boolean {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

export function withOpen<Result>(
  path: string,
  flags: number,
  mode: number,
  use: (descriptor: number) => Result,
): Result {
  const descriptor = openSync(path, flags, mode);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Mode of new folders, whatever the umask: a file's own mode decides who may read it. Under a unit's UMask=0027 node-exporter
 * could not enter the folder of the textfiles. */
const forAll = 0o755;
/** Mode of private folders, such as the one for locks: whoever can open a lock file can take the lock. */
export const forOwner = 0o700;

/** Makes a folder and the missing ones above it; `mode` applies to the last one. Does not use mkdir's `recursive`, which
 * never returns for a path below /proc. */
export function makeFolder(path: string, mode = forAll): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder))
    missing.push(folder);
  for (const folder of missing.reverse()) makeOne(folder, folder === path ? mode : forAll);
}

/** No chmod afterwards: it would clear the setgid bit, by which a folder passes its group on. */
function makeOne(folder: string, mode: number): void {
  try {
    whateverUmask(() => mkdirSync(folder, mode));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error; // another stage made it meanwhile
  }
}

export function whateverUmask<Result>(make: () => Result): Result {
  const umask = process.umask(0);
  try {
    return make();
  } finally {
    process.umask(umask);
  }
}

/** Removes a file's temporary files that killed runs left. Call only under the lock of the file's one writer. Matches only
 * our own names for temporary files: copies made by an administrator or logrotate stay. */
export const sweepTemporaries = (path: string, beforeMs?: number): void =>
  sweepFolder(dirname(path), (name) => name === basename(path), beforeMs);

/** Removes the temporary files of all files in a folder that has one writer. */
export function sweepFolder(folder: string, isOurs = (_name: string) => true, beforeMs = Infinity): void {
  for (const entry of listIfThere(folder)) {
    const [ending] = /\.tmp-\d+-\d+$/.exec(entry) ?? [];
    if (ending === undefined || !isOurs(entry.slice(0, -ending.length))) continue;
    try {
      if (statSync(join(folder, entry)).mtimeMs > beforeMs) continue;
      unlinkSync(join(folder, entry));
    } catch {
      // not a file, or already gone
    }
  }
}

const mostBytes = 64 * 1024 * 1024;

/** Undefined where there is no such file. Throws for anything but a regular file of plausible size, and never blocks. */
export const readIfThere = (path: string, most = mostBytes): string | undefined =>
  readRegular(path, most, (descriptor) => readFileSync(descriptor, 'utf8'));

/** Like readIfThere; throws for a link, which may lead to a file that is not meant to be shown. */
export const readUnlinked = (path: string): string | undefined =>
  readRegular(path, mostBytes, (descriptor) => readFileSync(descriptor, 'utf8'), constants.O_NOFOLLOW);

export const mostDayBytes = 1024 * 1024 * 1024;

/** Like readIfThere; `room` returns the array to read into. */
export const readBytesIfThere = (path: string, room?: (size: number) => Uint8Array): Uint8Array | undefined =>
  readRegular(path, mostDayBytes, (descriptor, size) =>
    room ? readInto(descriptor, room(size)) : readFileSync(descriptor),
  );

function readRegular<Content>(
  path: string,
  most: number,
  read: (descriptor: number, size: number) => Content,
  more = 0,
) {
  return unlessMissing(() =>
    withOpen(path, constants.O_RDONLY | constants.O_NONBLOCK | more, 0, (descriptor) => {
      const found = fstatSync(descriptor);
      if (found.isDirectory()) throw codedError('EISDIR', `EISDIR: ${path} is a folder`);
      if (!found.isFile()) throw new Error(`${path} is not a regular file`);
      if (found.size > most) throw new Error(`${path} is too large: ${found.size} bytes, more than ${most}`);
      return read(descriptor, found.size);
    }),
  );
}

function readInto(descriptor: number, room: Uint8Array): Uint8Array {
  let done = 0;
  for (let took = -1; done < room.length && took !== 0; done += took)
    took = readSync(descriptor, room, done, room.length - done, done);
  return room.subarray(0, done);
}

export const modifiedMs = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

export const removeIfThere = (path: string): void => unlessMissing(() => unlinkSync(path));

export const listIfThere = (folder: string): string[] => unlessMissing(() => readdirSync(folder)) ?? [];

/** Undefined where the path does not exist. */
export function unlessMissing<Result>(ask: () => Result, countsAsMissing = isMissing): Result | undefined {
  try {
    return ask();
  } catch (error) {
    if (countsAsMissing(error)) return undefined;
    throw error;
  }
}

/** Undefined where `ask` fails for whatever reason. */
export const unlessFailing = <Result>(ask: () => Result): Result | undefined => unlessMissing(ask, () => true);

/** Whether the disk is at fault, not the path or permissions: then essential files are written to the runtime folder. */
export const isDiskTrouble = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes(errorCode(error) ?? '');
