// When root runs a command by hand, it becomes the user who owns the state folder: it can read only what the service
// can read, leaves no file that the service cannot replace, and follows no link of that user with root's rights.
import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { join } from '../core/path.ts';

type Owner = Pick<Stats, 'uid' | 'gid'>;

/** Becomes the owner of `folder`, or of a folder on the way to `below` that was made for another user: the operators'
 * own folder often belongs to root. */
export function becomeOwnerOf(folder: string, below = folder): void {
  if (process.getuid?.() !== 0) return;
  const owner = ownerBelow(folder, below);
  if (owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  // These variables name root's folders, which that user cannot use.
  for (const name of [
    'HOME',
    'XDG_STATE_HOME',
    'XDG_CACHE_HOME',
    'XDG_CONFIG_HOME',
    'XDG_DATA_HOME',
    'XDG_RUNTIME_DIR',
  ])
    delete process.env[name];
}

/** Stops at a symbolic link: the owner of the folder above can make one, so its target does not show who may write. */
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

/** The owner of the folder, or of the nearest existing folder above it. */
export function nearestOwner(folder: string): Owner {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found ?? nearestOwner(dirname(folder));
}
