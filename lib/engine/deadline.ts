// A deadline that holds whatever the work does. The race matters beyond the abort: a child stuck in uninterruptible
// I/O cannot be killed, only abandoned. In the grace period after the deadline the work may still return a partial result.
import { TimedOut } from '../contract/errors.ts';
import { formatLimit } from '../core/quantity.ts';

export async function withDeadline<Result>(
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<Result>,
  graceMs = 0,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new TimedOut(`${what} did not answer within ${formatLimit(ms / 1000)}`);
      // Without a grace period, reject before the abort: the TimedOut must win over the error of the aborted work.
      if (graceMs === 0) reject(error);
      else timer = setTimeout(() => reject(error), graceMs);
      controller.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
