// Small files that people leave in a folder, and files of ours that cannot be used.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../core/text.ts';
import { secondStamp } from '../core/time.ts';
import { listIfThere, readIfThere, removeIfThere, replaceFile } from './files.ts';

/** Larger than this is no note. */
const mostBytes = 64 * 1024;

interface FoundNote {
  readonly name: string;
  readonly text: string;
  /** Why it could not be read. */
  readonly problem?: string;
}

/** What cannot be read costs itself alone: also the whole folder. */
export function readNotes(folder: string): FoundNote[] {
  try {
    return listIfThere(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => readNote(folder, name));
  } catch (error) {
    return [{ name: folder, text: '', problem: reasonOf(error) }];
  }
}

function readNote(folder: string, name: string): FoundNote {
  try {
    return { name, text: readIfThere(join(folder, name), mostBytes) ?? '' };
  } catch (error) {
    return { name, text: '', problem: reasonOf(error) };
  }
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
