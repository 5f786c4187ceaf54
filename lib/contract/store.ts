// Files of a store, as the archive needs them: written in place and in whole, synced all at once. Handed to the stages
// that keep a store, and to no other.

export interface StoreFiles {
  /** Undefined where there is no such file. */
  readonly readText: (path: string) => string | undefined;
  readonly readBytes: (path: string) => Uint8Array | undefined;
  /** Names in a folder; none where there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  /** Bytes of a file, -1 of a folder; undefined where there is nothing. */
  readonly size: (path: string) => number | undefined;
  /** Into a file that is there: false where it is not. */
  readonly writeAt: (path: string, offset: number, bytes: Uint8Array) => boolean;
  /** In place, behind the text that the file has to begin with: false where it does not. */
  readonly writeAfter: (path: string, beginning: string, text: string) => boolean;
  /** A file that appears whole or not at all; its temporary file lies in `scratch`, on the same disk. */
  readonly put: (path: string, bytes: Uint8Array | string, scratch: string, options?: { durable?: boolean }) => void;
  /** A new file where nobody looks yet. */
  readonly write: (path: string, bytes: Uint8Array | string) => void;
  /** All that was written below that folder is on the disk. */
  readonly sync: (folder: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** Two names change places in one step; false where this system cannot. */
  readonly exchange: (one: string, other: string) => boolean;
  readonly remove: (path: string) => void;
}
