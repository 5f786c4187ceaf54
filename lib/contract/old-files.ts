// File access for the stage that packs and removes old files. Links, folders and devices are never touched.

export interface OldFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface OldFiles {
  /** The regular files in a folder; none where there is no folder. */
  readonly list: (folder: string) => readonly OldFile[];
  /** Puts the lines into `path`.zst, after those that it may hold already, and removes the plain file. A kill loses no line. Returns the
   * bytes that it freed. */
  readonly pack: (path: string, mode: number) => number;
  readonly remove: (path: string) => void;
  /** Removes the temporary files that killed runs of `pack` left in a folder. */
  readonly sweep: (folder: string) => void;
}
