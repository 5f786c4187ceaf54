// The kinds of error that are handled in different ways; everything else is a plain Error.

/** Recognised by its name: a part that is loaded on demand is a bundle with its own copy of these classes. */
const kindOf = (kind: string) =>
  class extends Error {
    override readonly name = kind;

    static override [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Error && error.name === kind;
    }
  };

/** The machine has no such thing, or it is not configured: no reading and no observation. */
export class Absent extends kindOf('Absent') {}

/** The configuration or the command line is wrong: a message for the user, exit 2, nothing was touched. */
export class Usage extends kindOf('Usage') {}

/** Another run holds the lock: exit 75 (EX_TEMPFAIL), try again later. */
export class LockedOut extends kindOf('LockedOut') {}

/** A deadline passed. The runner turns it into a failed reading of kind `timeout`. */
export class TimedOut extends kindOf('TimedOut') {}

/** The transport refuses the mail permanently; another transport may take it. */
export class Refused extends kindOf('Refused') {}

/** It is unknown whether the mail was accepted: the connection timed out, perhaps after the server had taken it. */
export class Unsure extends kindOf('Unsure') {}

/** Set up wrongly: trying the same again does not help until a person mends the setup. */
export class Unconfigured extends kindOf('Unconfigured') {}

/** Whether a Host's error means that the path does not exist, rather than that it could not be read. */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/** For the catch of a reading. */
export const absentIfMissing =
  (reason: string) =>
  (error: unknown): never => {
    if (isMissing(error)) throw new Absent(reason);
    throw error;
  };

/** The error's code, such as ENOENT. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
