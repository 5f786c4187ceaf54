// A folder of files that wait for delivery; each is on the disk before `put` returns.

export interface Spool {
  /** Names, oldest first. */
  names(): readonly string[];
  read(name: string): string | undefined;
  /** Falls back to the runtime folder where the disk is full: the mail about the full disk must not be lost. */
  put(name: string, text: string): void;
  remove(name: string): void;
  /** Moves the file to dead/ for a person to look at; stays in place while the disk is full. */
  bury(name: string, text: string): void;
  dead(): readonly string[];
  /** Removes temporary files of killed runs. Call only under the writer's lock. */
  sweep(): void;
}
