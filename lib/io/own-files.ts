// Files that are believed only because nobody else can have written them: those of the cache. Root may be pointed at another
// user's cache (`sudo -E` keeps XDG_CACHE_HOME and HOME): what lies there is neither believed nor written.
import { constants, fstatSync, lstatSync, readFileSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { forOwner, makeFolder, unlessMissing, withOpen } from './files.ts';
import { nearestOwner } from './privileges.ts';

/** Ours, and nobody else may write to it. */
const isOursAlone = ({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): boolean =>
  uid === process.geteuid?.() && (mode & 0o022) === 0;

/** Far more than any of them holds: a damaged one is not read whole. */
const mostBytes = 16 * 1024 * 1024;

/** Undefined for a missing file, for one that is not a regular file or far too large, and where another user may write to it or its
 * folder. */
export function readOwnFile(path: string): string | undefined {
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder || !isOursAlone(folder)) return undefined;
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  return unlessMissing(() =>
    withOpen(path, flags, 0, (descriptor) => {
      const found = fstatSync(descriptor);
      return found.isFile() && isOursAlone(found) && found.size <= mostBytes
        ? readFileSync(descriptor, 'utf8')
        : undefined;
    }),
  );
}

/** Throws where the folder, or the one that it would be made in, is another user's, or others may write to it. */
export async function replaceOwnFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  if (nearestOwner(folder).uid !== process.geteuid?.()) throw new Error(`${folder} belongs to another user`);
  makeFolder(folder, forOwner);
  if (!isOursAlone(statSync(folder))) throw new Error(`${folder} is not this user's alone`);
  // The library replaces the target of a link: root's own link to a device would make a file of the device.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path);
  // Only here: nobody else can put a link into this folder. Loaded on demand, because the file changes rarely.
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(path, text, { mode: 0o600 });
}
