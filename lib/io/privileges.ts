// Root running a command by hand works as the user whose state it is: it reads what the service reads, leaves nothing
// that the service cannot replace, and follows no link of that user's with root's rights.
import { lstatSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { join } from '../core/path.ts';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Of the folder, or of one below it that somebody made for others: the operators' own is root's as often as not. */
export function becomeOwnerOf(folder: string, below = folder): void {
  if (process.getuid?.() !== 0) return;
  const owner = ownerBelow(folder, below);
  if (owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  // Root's own folders are nothing to that user.
  for (const name of ['HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR']) delete process.env[name];
}

/** A link on the way may be made by who owns the folder above: what it leads to says nothing of who is to write there. */
function ownerBelow(folder: string, below: string): Owner {
  let owner = nearestOwner(folder);
  let path = folder;
  for (const name of relative(folder, below).split('/')) {
    path = join(path, name);
    const found = name === '' ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory()) break;
    owner = found;
  }
  return owner;
}

/** Of the folder, or of the one it will be made in. */
export function nearestOwner(folder: string): Owner {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found ?? nearestOwner(dirname(folder));
}
