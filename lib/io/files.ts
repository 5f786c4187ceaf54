// Replacing and appending files so that a kill, a power cut or a full disk leaves every file old or new, and whole.
import { chownSync, constants, mkdirSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** The whole file by temporary file, fsync, rename, fsync of the folder. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  makeFolder(dirname(path));
  // write-file-atomic's own write ignores how many bytes the kernel took and publishes a short file on a full disk
  // (measured: 208,896 of 230,000 bytes, no error). So it is given no data, and the temporary file is written here,
  // by a call that goes on until all is written or throws. It changes the options it is given: always a fresh literal.
  await writeFileAtomic(path, '', {
    mode,
    ...ownerOf(dirname(path)),
    fsync: false,
    // Typed as returning nothing, but awaited: an error thrown here leaves the old file as it was.
    tmpfileCreated: (temporary) => writeFile(temporary, text, { flush: true }) as unknown as void,
  });
  await syncFolder(dirname(path));
}

/** Folders on the way are made, with the owner of the one they are made in. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  const { chown: owner } = ownerOf(dirname(first));
  if (!owner) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder))
    chownSync(folder, owner.uid, owner.gid);
}

/** Root running a stage by hand must not leave files that the service's own user cannot replace or append to. */
function ownerOf(folder: string): { chown?: { uid: number; gid: number } } {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = statSync(folder);
  return { chown: { uid, gid } };
}

/** Temporary files of a file, left by a run that was killed. Call only under the lock of its one writer. */
export function sweepTemporaries(path: string): void {
  const folder = dirname(path);
  const name = `${basename(path)}.`;
  for (const entry of listIfThere(folder)) {
    if (entry.startsWith(name) && /^\d+$/.test(entry.slice(name.length))) removeIfThere(join(folder, entry));
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** One whole line at the end, in one write, synced. A line that an earlier run left torn is closed first. */
export async function appendLine(path: string, line: string, mode: number): Promise<void> {
  makeFolder(dirname(path));
  const handle = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, mode);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.from(`${(await endsTorn(handle, size)) ? '\n' : ''}${line}\n`);
    // write() says how much it took; on a full disk that is less than asked for, and no error.
    const { bytesWritten } = await handle.write(bytes);
    await handle.sync();
    if (bytesWritten !== bytes.length) {
      // What was there before is worth more than the beginning of a line: take the torn piece back.
      await handle.truncate(size);
      throw Object.assign(
        new Error(`ENOSPC: only ${bytesWritten} of ${bytes.length} bytes of a line went on the disk`),
        { code: 'ENOSPC' },
      );
    }
    if (size === 0) {
      const { chown: owner } = ownerOf(dirname(path));
      if (owner) await handle.chown(owner.uid, owner.gid);
      await syncFolder(dirname(path));
    }
  } finally {
    await handle.close();
  }
}

async function endsTorn(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

/**
 * Undefined where there is no such file. Our own small files are read without the thread pool: each trip through it
 * costs more than the reading, and a oneshot has nothing else to do meanwhile. What a probe looks at is never read so.
 */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
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

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/** The disk is the trouble, not the path or the rights: what must speak then speaks from the runtime folder. */
export const isDiskTrouble = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes(errorCode(error) ?? '');
