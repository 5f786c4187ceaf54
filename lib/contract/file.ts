// A file that stages pass on: its path, format and schema. Rooms know one another only by their FileSpecs.
import type { Shape } from './shape.ts';

/** The folders of one installation, from the configuration. */
export interface Places {
  readonly state: string;
  readonly raw: string;
  readonly quicklooks: string;
  readonly textfiles: string;
  /** On tmpfs: lost at a reboot, writable when the disks are full. */
  readonly runtime: string;
  readonly cache: string;
}

/** Where a file lies and how it is written, without its content. */
export interface FileLocation {
  readonly summary: string;
  readonly format: 'json' | 'jsonl' | 'prom' | 'md' | 'zarr';
  /** `at` matters only where the name contains a day. */
  path(places: Places, at: Date): string;
  readonly mode: number;
  /** Must be writable when its disk is full: falls back to the runtime folder; readers take the newer copy. */
  readonly fallsBack?: boolean;
  /** Written only when its content changes: its age says nothing about the stage. */
  readonly onlyOnChange?: true;
  /** For a folder: the file in it that each run replaces last; its age counts as the folder's. */
  readonly commit?: string;
}

export interface FileSpec<Content> extends FileLocation {
  /** Schema of the file, or of one line of a JSONL file; absent for text formats. */
  readonly schema?: Shape<Content>;
}

export const defineFile = <Content>(file: FileSpec<Content>): FileSpec<Content> => file;
