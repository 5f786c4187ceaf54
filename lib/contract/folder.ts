// A folder that is written under a temporary name and renamed when it is complete. Used by exports.

export interface NewFolder {
  /** Writes a new file and makes missing folders. */
  readonly write: (name: string, content: Uint8Array | string) => void;
  /** Appends to a file, which the first call creates. */
  readonly append: (name: string, text: string) => void;
}
