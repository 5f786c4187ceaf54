// A file that stages hand each other: where it lies, what is in it. Rooms know each other only by these.
import type { Shape } from './shape.ts';

/** The folders of one installation, from the configuration. */
export interface Places {
  readonly state: string;
  readonly raw: string;
  readonly quicklooks: string;
  readonly textfiles: string;
  /** On tmpfs: gone after a boot, there when disks are full. */
  readonly runtime: string;
  readonly cache: string;
}

/** Where a file lies and how it is written, whatever is in it. */
export interface FileLocation {
  readonly summary: string;
  readonly format: 'json' | 'jsonl' | 'prom' | 'md' | 'zarr';
  /** `at` decides only where the name carries a day. */
  path(places: Places, at: Date): string;
  readonly mode: number;
  /** Must speak when its disk is full: falls back to the runtime folder, and is read from where it is newer. */
  readonly fallsBack?: boolean;
  /** A run that finds nothing new leaves it alone: its age says nothing. */
  readonly onlyOnChange?: true;
  /** Of a folder: the file in it that every write replaces last, and whose age is that of all. */
  readonly commit?: string;
}

export interface FileSpec<Content> extends FileLocation {
  /** Of the whole file, or of one line of a JSONL file; text formats have none. */
  readonly schema?: Shape<Content>;
}

export const defineFile = <Content>(file: FileSpec<Content>): FileSpec<Content> => file;
