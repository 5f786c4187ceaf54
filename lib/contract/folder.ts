// A folder that does not exist until all of it is there. Handed to whoever gives copies away.

export interface NewFolder {
  /** A new file; folders on the way are made. */
  readonly write: (name: string, content: Uint8Array | string) => void;
  /** At the end of a file, which is made by the first piece. */
  readonly append: (name: string, text: string) => void;
}
