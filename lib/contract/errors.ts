// The kinds of failure that are told apart by what is done about them; everything else is just an Error.

/** This machine has no such thing, or it is not configured: no reading, no observation, nobody to wake. */
export class Absent extends Error {
  override readonly name = 'Absent';
}

/** The configuration or the command line is wrong: a message for the person who typed it, exit 2, nothing touched. */
export class Usage extends Error {
  override readonly name = 'Usage';
}

/** Another run holds the lock: exit 75 (EX_TEMPFAIL), try again later. */
export class LockedOut extends Error {
  override readonly name = 'LockedOut';
}

/** A deadline passed. The runner turns it into a failed reading of kind `timeout`. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** This transport will not take the mail however often it is tried; another one may. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Whether an error of a Host says that there is no such thing, and not merely that it could not be seen. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
