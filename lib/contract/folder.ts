// A folder that appears only when it is complete. Used by exports.

export interface NewFolder {
  /** Writes a new file and makes missing folders. */
  readonly write: (name: string, content: Uint8Array | string) => void;
  /** Appends to a file; the first call makes it. */
  readonly append: (name: string, text: string) => void;
}
