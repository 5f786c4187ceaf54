// Spare copies: a file that is needed while its disk is full is written to the runtime folder until there is room again.
import type { FileLocation, Places } from '../contract/file.ts';
import { join } from '../core/path.ts';
import { appendLine, modifiedMs, readIfThere, removeIfThere, sweepTemporaries } from './files.ts';

/**
 * Removes temporary files of killed runs, and appends lines that wait in spare copies. Call only under the stage's lock, or
 * with an `olderMs` by which no living run can own the temporary files.
 */
export function tidySpares(
  files: readonly FileLocation[],
  places: Places,
  at: Date,
  olderMs: number | undefined,
): void {
  const beforeMs = olderMs === undefined ? Infinity : at.getTime() - olderMs;
  for (const file of files) {
    const path = file.path(places, at);
    const spare = file.fallsBack ? sparePath(file, places, at) : undefined;
    // Lines are appended in place: a JSONL file has no temporary files.
    if (file.format !== 'jsonl')
      for (const place of [path, ...(spare ? [spare] : [])]) sweepTemporaries(place, beforeMs);
    else if (spare) appendSpareLines(spare, path, file.mode);
  }
}

/** Appends all lines of the spare copy or none: while the disk is full they stay there. */
function appendSpareLines(spare: string, path: string, mode: number): void {
  try {
    const lines = readIfThere(spare);
    if (lines === undefined) return;
    appendLine(path, lines.trimEnd(), mode);
    removeIfThere(spare);
  } catch {
    // the disk is still full
  }
}

export const sparePath = (file: FileLocation, places: Places, at: Date): string =>
  spareOf(file.path(places, at), places);

/** Contains the whole path, so that two sites of one user never share a spare copy. */
export const spareOf = (path: string, { runtime }: Pick<Places, 'runtime'>): string => join(runtime, 'spare', path);

/** The file's path, or the path of a newer spare copy. */
export function newestCopy(file: FileLocation, places: Places, at: Date): string {
  const path = file.path(places, at);
  if (!file.fallsBack) return path;
  const spare = sparePath(file, places, at);
  const spareMs = modifiedMs(spare);
  return spareMs !== undefined && spareMs > (modifiedMs(path) ?? 0) ? spare : path;
}
