// Leaving the process for good, at once, whatever still hangs.

interface Held {
  /** Calls that sit on a thread of libuv's pool. */
  onThreads: number;
  readonly endings: Set<() => void>;
}

// Parts that are loaded on demand are bundles of their own, each with its own copy of this file: what is held must be
// one for all of them.
const key = Symbol.for('ops-monitor.held');
const held: Held = ((globalThis as { [key]?: Held })[key] ??= { onThreads: 0, endings: new Set() });

/** Counts calls that sit on a thread of libuv's pool while they run. */
export async function onPool<Result>(call: () => Promise<Result>): Promise<Result> {
  held.onThreads += 1;
  try {
    return await call();
  } finally {
    held.onThreads -= 1;
  }
}

/** One such call of node:fs that takes a callback, as a promise: half the price of the same by node:fs/promises. */
export function called<Result>(call: (done: (error: Error | null, result?: Result) => void) => void): Promise<Result> {
  held.onThreads += 1;
  return new Promise((resolve, reject) => {
    call((error, result) => {
      held.onThreads -= 1;
      if (error) reject(error);
      else resolve(result as Result);
    });
  });
}

/** Something to end when we leave: a child that still runs. Returns how to take it back. */
export function endOnLeaving(end: () => void): () => void {
  held.endings.add(end);
  return () => void held.endings.delete(end);
}

export function leave(code: number): never {
  for (const end of held.endings) end();
  // process.exit() joins the threads of the pool, so one that is stuck in the kernel (a dead disk, a mount without an
  // answer, a silent name server) would keep the process. Replacing the process image ends them all, but for one that
  // sleeps uninterruptibly in the kernel: with that one this process stays, whatever is done. What may do that is touched
  // in a child (a mount), or, where a child is too dear (a sensor), not again while somebody still waits for it.
  if (held.onThreads > 0 && process.execve) process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}
