// A file by which one stage passes data to another: path, format and schema. The folders of lib that hold stages import
// nothing from one another but these specifications.
import type { Shape } from './shape.ts';

export interface Places {
  readonly state: string;
  readonly raw: string;
  readonly quicklooks: string;
  readonly textfiles: string;
  /** Results of gates, boots, rehearsals and the watchdog. */
  readonly monitoring: string;
  /** A folder on tmpfs: lost at a reboot, writable when the disks are full. */
  readonly runtime: string;
  readonly cache: string;
}

/** Endings of a day's file that is compressed, in the order in which its parts were written. */
export const packedSuffixes = ['.gz', '.zst'] as const;

export interface FileLocation {
  readonly summary: string;
  readonly format: 'json' | 'jsonl' | 'prom' | 'md' | 'zarr' | 'svg' | 'png' | 'text';
  /** `at` is used only where the file name contains a day. */
  readonly path: (places: Places, at: Date) => string;
  readonly mode: number;
  /** When the disk is full, the file is written to the runtime folder; readers take the newer of the two copies. */
  readonly fallsBack?: boolean;
  /** The file is written only when its content changes, so its age does not show whether the stage ran. */
  readonly onlyOnChange?: true;
  /** A file of each day: the key under `keep` that says how long. Without one it is kept for good. */
  readonly kept?: 'raw' | 'reports' | 'pictures';
  /** Only where the path is a folder: the file in it that each run replaces last. Its age counts as the folder's age. */
  readonly commit?: string;
}

export interface FileSpec<Content> extends FileLocation {
  /** Schema of the file, or of one line of a JSONL file; absent for text formats. */
  readonly schema?: Shape<Content>;
}

export const defineFile = <Content>(file: FileSpec<Content>): FileSpec<Content> => file;
