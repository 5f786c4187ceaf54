// A deadline that holds whatever the work does. The race matters beyond the abort: a child stuck in uninterruptible
// I/O cannot be killed, only abandoned. With some grace behind it the work may still hand over what it has by then.
import { TimedOut } from '../contract/errors.ts';
import { formatDuration } from '../core/quantity.ts';

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
      const error = new TimedOut(`${what} did not answer within ${formatDuration(ms / 1000)}`);
      // Without grace before the abort, so that the work's own words about being aborted come too late.
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
