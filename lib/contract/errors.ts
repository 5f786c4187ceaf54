// The kinds of failure that are told apart by what is done about them; everything else is just an Error.

/** Recognised by its name: a part that is loaded on demand is a bundle with its own copy of these classes. */
const kindOf = (kind: string) =>
  class extends Error {
    override readonly name = kind;

    static override [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Error && error.name === kind;
    }
  };

/** This machine has no such thing, or it is not configured: no reading, no observation, nobody to wake. */
export class Absent extends kindOf('Absent') {}

/** The configuration or the command line is wrong: a message for the person who typed it, exit 2, nothing touched. */
export class Usage extends kindOf('Usage') {}

/** Another run holds the lock: exit 75 (EX_TEMPFAIL), try again later. */
export class LockedOut extends kindOf('LockedOut') {}

/** A deadline passed. The runner turns it into a failed reading of kind `timeout`. */
export class TimedOut extends kindOf('TimedOut') {}

/** This transport will not take the mail however often it is tried; another one may. */
export class Refused extends kindOf('Refused') {}

/** Nobody knows whether the mail went: the other side fell silent, and it may have been after it had taken it. */
export class Unsure extends kindOf('Unsure') {}

/** Set up wrongly: trying the same again does not help until a person mends the setup. */
export class Unconfigured extends kindOf('Unconfigured') {}

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
