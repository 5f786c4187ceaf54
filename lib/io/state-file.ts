// The file in which a program that stays running keeps its state: read at its start, replaced in the background, because a slow disk
// must not stop a program that answers requests.
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { forOwner, makeFolder } from './files.ts';

export { readIfThere as readStateFile } from './files.ts';

export async function replaceStateFile(path: string, text: string): Promise<void> {
  makeFolder(dirname(path), forOwner);
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(path, text, { mode: 0o600 });
}

/** For a file that cannot be used: a person can look at it, and nothing overwrites it. Returns its new path. */
export function moveAside(path: string): string {
  const aside = `${path}.damaged-${Date.now()}`;
  renameSync(path, aside);
  return aside;
}
