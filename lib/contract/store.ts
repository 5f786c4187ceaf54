// File access for the archive's store: written in place or whole, synced all at once. Passed only to what keeps a store.

export interface StoreFiles {
  /** Undefined where there is no such file. */
  readonly readText: (path: string) => string | undefined;
  readonly readBytes: (path: string) => Uint8Array | undefined;
  /** Names in a folder; empty where there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  /** Size of a file in bytes, -1 for a folder; undefined where the path does not exist. */
  readonly size: (path: string) => number | undefined;
  /** Writes into an existing file; false where there is none. */
  readonly writeAt: (path: string, offset: number, bytes: Uint8Array) => boolean;
  /** Writes in place after the text with which the file must begin; false where it does not begin so. */
  readonly writeAfter: (path: string, beginning: string, text: string) => boolean;
  /** Writes a file that appears whole or not at all; its temporary file lies in `scratch`, on the same disk. */
  readonly put: (path: string, bytes: Uint8Array | string, scratch: string, options?: { durable?: boolean }) => void;
  /** Writes a new file that no reader knows yet. */
  readonly write: (path: string, bytes: Uint8Array | string) => void;
  /** Returns when everything written below the folder is on the disk. */
  readonly sync: (folder: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** Exchanges two names in one step; false where this system cannot. */
  readonly exchange: (one: string, other: string) => boolean;
  readonly remove: (path: string) => void;
}
