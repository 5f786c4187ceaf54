// Implements StoreFiles on the local disk.
import { spawnSync } from 'node:child_process';
import { constants, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode, isMissing } from '../contract/errors.ts';
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import {
  createFile,
  listIfThere,
  makeFolder,
  readBytesIfThere,
  readIfThere,
  syncFolder,
  shortWrite,
  unlessMissing,
  withOpen,
} from './files.ts';
import { childVariables } from './variables.ts';

/** Whatever the umask: scientists read the archive. */
const mode = 0o644;

export const storeFiles: StoreFiles = {
  readText: (path) => unlessNoFile(() => readIfThere(path)),

  // An array with a buffer of its own is aligned for typed arrays of any width.
  readBytes: (path) => unlessNoFile(() => readBytesIfThere(path, (size) => new Uint8Array(size))),

  list: listIfThere,

  size: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && (found.isFile() ? found.size : -1);
  },

  writeAt: (path, offset, bytes) =>
    changeIfThere(path, (descriptor) => {
      writeAll(descriptor, bytes, offset, path);
      return true;
    }),

  writeAfter: (path, beginning, text) =>
    changeIfThere(path, (descriptor) => {
      const there = Buffer.alloc(Buffer.byteLength(beginning));
      readSync(descriptor, there, 0, there.length, 0);
      if (there.toString() !== beginning) return false;
      writeAll(descriptor, Buffer.from(text), there.length, path);
      return true;
    }),

  put: (path, bytes, scratch, { durable = false } = {}) => {
    makeFolder(scratch);
    makeFolder(dirname(path));
    const temporary = join(scratch, `${process.pid}-${basename(path)}`);
    rmSync(temporary, { force: true }); // of a killed run that had the same pid
    createFile(temporary, bytes, mode, durable);
    renameSync(temporary, path);
    if (durable) syncFolder(dirname(path));
  },

  write: (path, bytes) => {
    makeFolder(dirname(path));
    rmSync(path, { force: true });
    createFile(path, bytes, mode, false);
  },

  // One call for hundreds of files: fsync of each takes three times as long. Node has no syncfs.
  sync: (folder) => {
    const { status, error, stderr } = runAndWait('sync', ['-f', folder], 60_000);
    if (status !== 0) throw new Error(`sync -f ${folder} failed: ${error?.message ?? stderr}`, { cause: error });
  },

  rename: (from, to) => {
    renameSync(from, to);
    syncFolder(dirname(to));
  },

  // renameat2(RENAME_EXCHANGE) is the only way to replace a folder so that its name never goes missing. Node lacks it;
  // Perl, which every Debian has, can make any system call.
  exchange: (one, other) => {
    const number = { x64: 316, arm64: 276 }[process.arch as 'x64'] as number | undefined;
    if (process.platform !== 'linux' || number === undefined) return false;
    const script = 'exit(syscall($ARGV[0] + 0, -100, $ARGV[1], -100, $ARGV[2], 2) == 0 ? 0 : 1)';
    const { status } = runAndWait('perl', ['-e', script, String(number), one, other], 10_000);
    if (status === 0) syncFolder(dirname(one));
    return status === 0;
  },

  remove: (path) => rmSync(path, { recursive: true, force: true }),
};

/** For stores that are thrown away after a look: nothing is synced, and no program is started. */
export const unsyncedFiles: StoreFiles = {
  ...storeFiles,
  put: (path, bytes, scratch) => storeFiles.put(path, bytes, scratch),
  sync: () => undefined,
  exchange: () => false,
};

/** Does not use io/program.ts, which cannot wait without a turn of the event loop and costs the stage more than its work. */
const runAndWait = (file: string, argv: readonly string[], timeout: number) =>
  spawnSync(file, argv, { encoding: 'utf8', env: childVariables(), timeout });

const changeIfThere = (path: string, change: (descriptor: number) => boolean): boolean =>
  unlessNoFile(() => withOpen(path, constants.O_RDWR | constants.O_NOFOLLOW, 0, change)) ?? false;

function writeAll(descriptor: number, bytes: Uint8Array, offset: number, path: string): void {
  const written = writeSync(descriptor, bytes, 0, bytes.length, offset);
  if (written !== bytes.length) throw shortWrite(path, written, bytes);
}

/** A folder in place of the file counts as a missing file. */
const unlessNoFile = <Result>(ask: () => Result): Result | undefined =>
  unlessMissing(ask, (error) => isMissing(error) || errorCode(error) === 'EISDIR');
