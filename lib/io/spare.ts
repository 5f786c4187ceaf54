// A file that must speak when its disk is full lies in the runtime folder meanwhile, and comes home when there is room.
import type { FileLocation, Places } from '../contract/file.ts';
import { join } from '../core/path.ts';
import { appendLine, modifiedMs, readIfThere, removeIfThere, sweepTemporaries } from './files.ts';

/** A spare copy that cannot be removed is older than what was just written, and so is not read. */
export function forget(spare: string): void {
  try {
    // Mostly there is none, and an error that says so costs more than a look.
    if (modifiedMs(spare) !== undefined) removeIfThere(spare);
  } catch {
    // a runtime folder that is not ours
  }
}

/**
 * Under the stage's lock, or old enough to be nobody's: what a killed run left half-made is removed. Lines that a full disk
 * kept out come home.
 */
export function tidy(files: readonly FileLocation[], places: Places, at: Date, olderMs: number | undefined): void {
  const beforeMs = olderMs === undefined ? Infinity : at.getTime() - olderMs;
  for (const file of files) {
    const path = file.path(places, at);
    const spare = file.fallsBack ? sparePath(file, places, at) : undefined;
    // Lines are appended in place: a JSONL file has no temporaries.
    if (file.format !== 'jsonl')
      for (const place of [path, ...(spare ? [spare] : [])]) sweepTemporaries(place, beforeMs);
    else if (spare) bringHome(spare, path, file.mode);
  }
}

/** All of them or none: while there is no room they stay. */
function bringHome(spare: string, path: string, mode: number): void {
  try {
    const lines = readIfThere(spare);
    if (lines === undefined) return;
    appendLine(path, lines.trimEnd(), mode);
    removeIfThere(spare);
  } catch {
    // still no room
  }
}

export function sparePath(file: FileLocation, places: Places, at: Date): string {
  // The whole path again, so that two sites of one user never meet.
  return join(places.runtime, 'spare', file.path(places, at));
}

export function newestOf(file: FileLocation, places: Places, at: Date): string {
  const path = file.path(places, at);
  if (!file.fallsBack) return path;
  const spare = sparePath(file, places, at);
  const spareTime = modifiedMs(spare);
  if (spareTime === undefined) return path;
  return spareTime > (modifiedMs(path) ?? 0) ? spare : path;
}
