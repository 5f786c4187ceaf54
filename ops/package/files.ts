// Writes into a tree that is to become a package: folders are made, and modes do not depend on the umask.
import { chmodSync, cpSync, lstatSync, lutimesSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function put(path: string, text: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

export function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

/** Modes and times that are the same at every build: whatever its owner may execute, everybody may. */
export function settle(path: string, epoch: number): void {
  const found = lstatSync(path);
  if (found.isDirectory()) for (const name of readdirSync(path)) settle(join(path, name), epoch);
  if (!found.isSymbolicLink()) chmodSync(path, found.isDirectory() || (found.mode & 0o100) > 0 ? 0o755 : 0o644);
  lutimesSync(path, epoch, epoch);
}
