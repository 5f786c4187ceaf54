// The kinds of failure that are told apart by what is done about them; everything else is just an Error.

/** Known by its name: a part that is loaded on demand is a bundle of its own, with its own copy of these classes. */
class Kind extends Error {
  static readonly kind: string = 'Error';

  static override [Symbol.hasInstance](error: unknown): boolean {
    return error instanceof Error && error.name === this.kind;
  }
}

/** This machine has no such thing, or it is not configured: no reading, no observation, nobody to wake. */
export class Absent extends Kind {
  static override readonly kind = 'Absent';
  override readonly name = Absent.kind;
}

/** The configuration or the command line is wrong: a message for the person who typed it, exit 2, nothing touched. */
export class Usage extends Kind {
  static override readonly kind = 'Usage';
  override readonly name = Usage.kind;
}

/** Another run holds the lock: exit 75 (EX_TEMPFAIL), try again later. */
export class LockedOut extends Kind {
  static override readonly kind = 'LockedOut';
  override readonly name = LockedOut.kind;
}

/** A deadline passed. The runner turns it into a failed reading of kind `timeout`. */
export class TimedOut extends Kind {
  static override readonly kind = 'TimedOut';
  override readonly name = TimedOut.kind;
}

/** This transport will not take the mail however often it is tried; another one may. */
export class Refused extends Kind {
  static override readonly kind = 'Refused';
  override readonly name = Refused.kind;
}

/** Nobody knows whether the mail went: the other side fell silent, and it may have been after it had taken it. */
export class Unsure extends Kind {
  static override readonly kind = 'Unsure';
  override readonly name = Unsure.kind;
}

/** Whether an error of a Host says that there is no such thing, and not merely that it could not be seen. */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/** For the catch of a reading. */
export const absentIfMissing =
  (reason: string) =>
  (error: unknown): never => {
    if (isMissing(error)) throw new Absent(reason);
    throw error;
  };

/** What the kernel, or Node, calls it. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
