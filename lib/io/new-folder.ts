// A folder that appears whole or not at all: written beside its place, and renamed at the end.
import { appendFileSync, chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, Usage } from '../contract/errors.ts';
import type { NewFolder } from '../contract/folder.ts';
import { join } from '../core/path.ts';
import { makeFolder } from './files.ts';
import { endOnLeaving } from './leave.ts';
import { storeFiles } from './store.ts';

/** Of its files. */
export interface Written {
  readonly files: number;
  readonly bytes: number;
}

/** Whatever is at `path` already is not touched. After a failure, and when the process is told to end, nothing is left. */
export async function writeNewFolder(
  path: string,
  mode: number,
  fill: (folder: NewFolder) => Promise<void>,
): Promise<Written> {
  refuseTaken(path);
  const building = `${path}.tmp-${process.pid}`;
  const remove = (): void => rmSync(building, { recursive: true, force: true });
  const ended = endOnLeaving(remove);
  const names = new Set<string>();
  let bytes = 0;
  const put = (name: string, content: Uint8Array | string, flag: 'wx' | 'a'): void => {
    const file = join(building, name);
    makeFolder(dirname(file));
    names.add(name);
    bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    // Both write on until all is written, or throw.
    if (flag === 'wx') writeFileSync(file, content, { flag });
    else appendFileSync(file, content);
  };
  try {
    mkdirSync(building);
    await fill({ write: (name, content) => put(name, content, 'wx'), append: (name, text) => put(name, text, 'a') });
    // At the end: what is read-only from the beginning can be appended to by nobody but root.
    for (const name of names) chmodSync(join(building, name), mode);
    storeFiles.sync(building);
    renameSync(building, path);
  } catch (error) {
    remove();
    if (error instanceof Usage) throw error;
    throw new Error(`writing ${path} failed, and nothing is left of it`, { cause: error });
  } finally {
    ended();
  }
  return { files: names.size, bytes };
}

function refuseTaken(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) throw new Usage(`${path} is there already: name a new folder`);
  try {
    if (statSync(dirname(path)).isDirectory()) return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  throw new Usage(`${path} cannot be made: there is no folder ${dirname(path)}`);
}
