// Writes a folder that appears whole or not at all: built under a temporary name beside its place, and renamed at the end.
import { appendFileSync, chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, Usage } from '../contract/errors.ts';
import type { NewFolder } from '../contract/folder.ts';
import { join } from '../core/path.ts';
import { createFile, makeFolder, whateverUmask } from './files.ts';
import { endOnLeaving } from './leave.ts';
import { storeFiles } from './store.ts';

/** Refuses a `path` that exists. `mode` is that of the files; where it is for the owner only, so is the folder. After a failure or a signal that ends the process, no part of the folder is left. Returns
 * the number and total size of the files. */
export async function writeNewFolder(path: string, mode: number, fill: (folder: NewFolder) => Promise<void>) {
  refuseTaken(path);
  const building = `${path}.tmp-${process.pid}`;
  const remove = (): void => rmSync(building, { recursive: true, force: true });
  const cancelRemoval = endOnLeaving(remove);
  const names = new Set<string>();
  let bytes = 0;
  const put = (name: string, content: Uint8Array | string, flag: 'wx' | 'a'): void => {
    const file = join(building, name);
    makeFolder(dirname(file));
    names.add(name);
    bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    // Both functions write everything or throw.
    if (flag === 'wx') createFile(file, content, 0o644, false);
    else appendFileSync(file, content);
  };
  try {
    whateverUmask(() => mkdirSync(building, (mode & 0o077) === 0 ? 0o700 : 0o755));
    await fill({ write: (name, content) => put(name, content, 'wx'), append: (name, text) => put(name, text, 'a') });
    // The mode is set at the end, because only root can append to a read-only file.
    for (const name of names) chmodSync(join(building, name), mode);
    storeFiles.sync(building);
    renameSync(building, path);
  } catch (error) {
    remove();
    if (error instanceof Usage) throw error;
    throw new Error(`writing ${path} failed, and nothing is left of it`, { cause: error });
  } finally {
    cancelRemoval();
  }
  return { files: names.size, bytes };
}

/** Called by writeNewFolder, and before long work that would end in it. */
export function refuseTaken(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) throw new Usage(`${path} is there already: name a new folder`);
  try {
    if (statSync(dirname(path)).isDirectory()) return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  throw new Usage(`${path} cannot be made: there is no folder ${dirname(path)}`);
}
