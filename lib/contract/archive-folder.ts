// Archives a folder as one compressed file.
import type { Ending } from './program.ts';

interface ArchiveRequest {
  readonly folder: string;
  /** Path of the archive. It is replaced whole, and only after exit code 0: another ending leaves the old one. */
  readonly path: string;
  /** Time limit. */
  readonly seconds: number;
}

/** `said`: what tar printed, in one line without control characters. */
export type ArchiveFolder = (
  request: ArchiveRequest,
) => Promise<{ readonly ending: Ending; readonly said: string; readonly bytes: number }>;
