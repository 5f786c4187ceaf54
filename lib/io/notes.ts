// Small files that people leave in a folder, and files of ours that cannot be used.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { secondStamp } from '../core/time.ts';
import { listIfThere, readIfThere, removeIfThere, replaceFile } from './files.ts';

/** Larger than this is no note. */
const mostBytes = 64 * 1024;

export function readNotes(folder: string): { name: string; text: string }[] {
  return listIfThere(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      try {
        return { name, text: readIfThere(join(folder, name), mostBytes) ?? '' };
      } catch {
        return { name, text: '' }; // told as one that is none
      }
    });
}

export const leaveNote = (folder: string, name: string, text: string): void =>
  replaceFile(join(folder, name), text, 0o644);

/** In somebody else's folder it stays, and does no harm. */
export function removeNote(folder: string, name: string): void {
  try {
    removeIfThere(join(folder, name));
  } catch {
    // not ours to remove
  }
}

/** Out of the way and kept. */
export function setAside(path: string, now: Date): string {
  const aside = `${path}.broken-${secondStamp(now)}`;
  renameSync(path, aside);
  return aside;
}
