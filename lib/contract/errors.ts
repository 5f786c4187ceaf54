// The kinds of error that are handled in different ways; everything else is a plain Error.

/** `instanceof` compares the name: a module that is loaded on demand is a bundle with its own copy of these classes. */
const kindOf = (kind: string) =>
  class extends Error {
    override readonly name = kind;

    static override [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Error && error.name === kind;
    }
  };

/** The machine does not have the thing to be read, or nothing is configured: there is no reading and no observation. */
export class Absent extends kindOf('Absent') {}

/** The configuration or the command line is wrong: a message for the user, exit 2, nothing was touched. */
export class Usage extends kindOf('Usage') {}

/** Another run holds the lock: exit 75 (EX_TEMPFAIL), try again later. */
export class LockedOut extends kindOf('LockedOut') {}

/** A deadline passed. The runner turns it into a failed reading of kind `timeout`. */
export class TimedOut extends kindOf('TimedOut') {}

/** The transport refuses the mail permanently; another transport may take it. */
export class Refused extends kindOf('Refused') {}

/** A program was asked, and did not answer: it does not listen, or is silent. Another answer than expected is a plain Error. */
export class NoAnswer extends kindOf('NoAnswer') {}

/** A program does not exist on the machine that was to run it. */
export class NotInstalled extends kindOf('NotInstalled') {}

/** Unknown whether the mail was accepted: the connection timed out, perhaps after the server had accepted the mail. */
export class Unsure extends kindOf('Unsure') {}

/** The setup is wrong: a retry does not help until a person corrects the setup. */
export class Unconfigured extends kindOf('Unconfigured') {}

/** The transport is not set up on this machine at all: where another transport works, that one decides. */
export class NotSetUp extends kindOf('NotSetUp') {}

/** Whether a Host's error means that the path does not exist, rather than that it could not be read. */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/** A handler for `.catch()` of a file access: rethrows a missing path as Absent with this reason. */
export const absentIfMissing =
  (reason: string) =>
  (error: unknown): never => {
    if (isMissing(error)) throw new Absent(reason);
    throw error;
  };

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const codedError = (code: string | undefined, message: string, options?: ErrorOptions): Error =>
  Object.assign(new Error(message, options), { code });
