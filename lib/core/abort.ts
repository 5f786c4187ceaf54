// Races work against an abort signal: the work may be stuck in the kernel or at the far end of a connection.

const givenUp = new WeakMap<AbortSignal, Promise<never>>();

/** Rejects as soon as the signal aborts, even if the work ignores it. */
export function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let late = givenUp.get(signal);
  if (!late) {
    // One listener for all waiters on this signal: each listener costs as much as reading a sensor.
    late = new Promise<never>((_resolve, reject) => {
      const give = (): void => reject(signal.reason as Error);
      if (signal.aborted) give();
      else signal.addEventListener('abort', give, { once: true });
    });
    late.catch(() => undefined); // avoids an unhandled rejection where nothing waits
    givenUp.set(signal, late);
  }
  return Promise.race([work, late]);
}
