// Files that wait to be taken away, each by itself: written whole and on the disk before anybody says so. Handed to the
// stage that keeps such a folder.

export interface Spool {
  /** Names, oldest first. */
  names(): readonly string[];
  read(name: string): string | undefined;
  /** On the disk, or where it is full in the runtime folder: a mail that says so must not be lost for it. */
  put(name: string, text: string): void;
  remove(name: string): void;
  /** Goes to the dead, where a person may look at it; where these have no room, it stays. */
  bury(name: string, text: string): void;
  dead(): readonly string[];
  /** What a killed run left half-made goes. Only under the lock of the one who writes here. */
  sweep(): void;
}
