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

/** A deadline for work that shows progress: each call of `progress` begins the time `idleMs` anew, until `mostMs` are over. */
export async function whileProgressing<Result>(
  { idleMs, mostMs }: { readonly idleMs: number; readonly mostMs: number },
  what: string,
  work: (signal: AbortSignal, progress: () => void) => Promise<Result>,
): Promise<Result> {
  const idle = new AbortController();
  let idleTimer: NodeJS.Timeout | undefined;
  try {
    return await withDeadline(mostMs, what, (signal) => {
      const stalled = new Promise<never>((_resolve, reject) => {
        idleTimer = setTimeout(() => {
          const error = new TimedOut(`${what} did not answer within ${formatLimit(idleMs / 1000)}`);
          reject(error);
          idle.abort(error);
        }, idleMs);
      });
      return Promise.race([work(AbortSignal.any([signal, idle.signal]), () => void idleTimer?.refresh()), stalled]);
    });
  } finally {
    clearTimeout(idleTimer);
  }
}
