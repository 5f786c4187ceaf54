// A deadline that holds whatever the work does. The race matters beyond the abort: a child stuck in uninterruptible
// I/O cannot be killed, only abandoned.
import { TimedOut } from '../contract/errors.ts';
import { formatDuration } from '../core/quantity.ts';

const givenUp = new WeakMap<AbortSignal, Promise<never>>();

/** Fails at once when the signal is given, whether or not the work heeds it: of many, those that were done count. */
export function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let late = givenUp.get(signal);
  if (!late) {
    // One for all that wait for this signal: each listener costs as much as the reading of a sensor.
    late = new Promise<never>((_resolve, reject) => {
      const give = (): void => reject(signal.reason as Error);
      if (signal.aborted) give();
      else signal.addEventListener('abort', give, { once: true });
    });
    late.catch(() => undefined); // nobody may be waiting
    givenUp.set(signal, late);
  }
  return Promise.race([work, late]);
}

export async function withDeadline<Result>(
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new TimedOut(`${what} did not answer within ${formatDuration(ms / 1000)}`);
      reject(error); // before the abort, so that the work's own words about being aborted come too late
      controller.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
