// Root running a command by hand works as the user whose state it is: it reads what the service reads, leaves nothing
// that the service cannot replace, and follows no link of that user's with root's rights.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';

export function becomeOwnerOf(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const owner = nearestOwner(folder);
  if (owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  // Root's own folders are nothing to that user.
  for (const name of ['HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR']) delete process.env[name];
}

/** Of the folder, or of the one it will be made in. */
function nearestOwner(folder: string): { uid: number; gid: number } {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found ?? nearestOwner(dirname(folder));
}
