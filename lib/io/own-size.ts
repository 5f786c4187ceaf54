// How much disk our own files take.
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from '../core/path.ts';
import { unlessFailing } from './files.ts';

const blockBytes = 512;

/** Bytes on disk of a file, or of all files below a folder; 0 where there is none. Links are not followed. */
export function bytesBelow(path: string): number {
  const found = unlessFailing(() => lstatSync(path, { throwIfNoEntry: false }));
  if (!found) return 0;
  const own = found.blocks * blockBytes;
  if (!found.isDirectory()) return own;
  return (unlessFailing(() => readdirSync(path)) ?? []).reduce((sum, name) => sum + bytesBelow(join(path, name)), own);
}

/** Bytes that this user may still write there; null where they cannot be read. */
export function freeBytes(path: string): number | null {
  const found = unlessFailing(() => statfsSync(path));
  return found ? found.bavail * found.bsize : null;
}
