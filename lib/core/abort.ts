// Work that may not heed an abort: stuck in the kernel, or at the far end of a connection.

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
