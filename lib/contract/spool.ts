// A folder of files that wait for delivery. Each file is synced to disk before `put` returns.

export interface Spool {
  /** Names, oldest first. */
  names(): readonly string[];
  read(name: string): string | undefined;
  /** Falls back to the runtime folder where the disk is full: the mail about the full disk must not be lost. */
  put(name: string, text: string): void;
  remove(name: string): void;
  /** Moves the file to dead/ (as another name, if given) for a person to look at. While the disk is full, the file stays where it is. */
  bury(name: string, text: string, as?: string): void;
  /** Names of the files in dead/. */
  dead(): readonly string[];
  readDead(name: string): string | undefined;
  removeDead(name: string): void;
  /** Removes temporary files of killed runs, where others may write at the same time only those from before `beforeMs`. Call only
   * while holding the writer's lock. */
  sweep(beforeMs?: number): void;
}
