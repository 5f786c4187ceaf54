// Notes: small files that people leave in a folder (silences, acknowledgements).
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Usage } from '../contract/errors.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { listIfThere, readIfThere, removeQuietly, replaceFile } from './files.ts';
import { nearestOwner } from './privileges.ts';

/** A larger file is refused. */
const mostBytes = 64 * 1024;
/** If there are more files, only the newest are read, whoever put them there: alerts must not wait for a folder that is open to a group. */
const mostNotes = 1000;

interface FoundNote {
  readonly name: string;
  readonly text: string;
  /** Why the note could not be read. */
  readonly problem?: string;
}

/** A note, or a folder, that cannot be read becomes a problem and hides no other note. */
export function readNotes(folder: string): FoundNote[] {
  try {
    // The names begin with the time.
    const names = listIfThere(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
    const notes = names.slice(-mostNotes).map((name) => readNote(folder, name));
    const left = names.length - notes.length;
    const problem = `${left} older files are not read: ${mostNotes} at most are`;
    return left === 0 ? notes : [{ name: folder, text: '', problem }, ...notes];
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

export function leaveNote(folder: string, name: string, text: string): void {
  const above = dirname(folder);
  if (!existsSync(above)) refuseToMake(above);
  replaceFile(join(folder, name), text, 0o644);
}

/** A folder that a group member made in the monitor's state would belong to that member, and be closed to the monitor. */
function refuseToMake(folder: string): void {
  const { uid } = nearestOwner(folder);
  if (uid !== process.getuid?.() && process.getuid?.() !== 0)
    throw new Usage(
      `${folder} does not exist yet, and must be made by the user ${uid}: wait for the first run of send-alerts`,
    );
}

/** A note in another user's folder stays, which does no harm. */
export const removeNote = (folder: string, name: string): void => removeQuietly(join(folder, name));
