// File access for code that maintains a Zarr store: files are written in place or replaced whole, and synced all at once.

export interface StoreFiles {
  readonly readText: (path: string) => string | undefined;
  readonly readBytes: (path: string) => Uint8Array | undefined;
  /** Names in a folder; empty for a missing folder. */
  readonly list: (folder: string) => readonly string[];
  /** Size of a file in bytes, -1 for a folder; undefined where the path does not exist. */
  readonly size: (path: string) => number | undefined;
  /** Writes into an existing file; false for a missing file. */
  readonly writeAt: (path: string, offset: number, bytes: Uint8Array) => boolean;
  /** Writes in place after the text with which the file must begin; false where the file begins differently. */
  readonly writeAfter: (path: string, beginning: string, text: string) => boolean;
  /** Writes a file atomically; the temporary file is in `scratch`, on the same disk. */
  readonly put: (path: string, bytes: Uint8Array | string, scratch: string, options?: { durable?: boolean }) => void;
  /** Writes a new file that no reader uses yet, so not atomically. */
  readonly write: (path: string, bytes: Uint8Array | string) => void;
  /** Returns when everything that was written below the folder is on disk. */
  readonly sync: (folder: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** Exchanges two names atomically; false where this system cannot. */
  readonly exchange: (one: string, other: string) => boolean;
  readonly remove: (path: string) => void;
}
