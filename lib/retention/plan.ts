// Selects the files that are old enough to be packed or removed. Pure: files and the time → actions.
import type { FileLocation } from '../contract/file.ts';
import type { OldFile } from '../contract/old-files.ts';
import { dayMs } from '../core/time.ts';

/** Seconds. */
export interface Keep {
  readonly raw: number;
  readonly plain: number;
  readonly reports: number;
  readonly pictures: number;
  readonly 'set-aside': number;
}

export interface Action {
  readonly does: 'pack' | 'remove';
  readonly path: string;
  readonly bytes: number;
  /** File mode of the packed file. */
  readonly mode: number;
  /** The file is touched only if this file of this day holds lines of this program. */
  readonly linesOf?: { readonly file: FileLocation; readonly day: Date };
}

/** The files of one day: plain, packed, or both after a run that was killed. */
export interface DayFiles {
  readonly file: FileLocation;
  readonly day: Date;
  readonly plain: OldFile | undefined;
  readonly packed: readonly OldFile[];
}

/** A day's files count from the end of the day: then the last line was written. */
export function actionsOfDay({ file, day, plain, packed }: DayFiles, keep: Keep, now: Date): Action[] {
  const { kept, mode, format } = file;
  if (kept === undefined) return [];
  const age = (now.getTime() - day.getTime() - dayMs) / 1000;
  const linesOf = format === 'jsonl' ? { linesOf: { file, day } } : {};
  const all = [...packed, ...(plain ? [plain] : [])];
  if (age > keep[kept]) return all.map(({ path, bytes }) => ({ does: 'remove', path, bytes, mode, ...linesOf }));
  if (format !== 'jsonl' || !plain || age <= keep.plain) return [];
  return [{ does: 'pack', path: plain.path, bytes: plain.bytes, mode, ...linesOf }];
}

/** Files that were set aside: by the time of their last change. */
export const actionsOfSetAside = (files: readonly OldFile[], keep: Keep, now: Date): Action[] =>
  files
    .filter(({ modified }) => (now.getTime() - modified) / 1000 > keep['set-aside'])
    .map(({ path, bytes }) => ({ does: 'remove', path, bytes, mode: 0 }));
