// Ends the process at once, even while calls hang in the kernel.

interface Held {
  /** Calls that sit on a thread of libuv's pool. */
  onThreads: number;
  readonly endings: Set<(code: number) => void>;
}

// Modules that are loaded on demand are separate bundles, each with its own copy of this file, so the state is shared
// through globalThis.
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

/** Like onPool, for a callback function of node:fs: half the cost of node:fs/promises. */
export function callOnPool<Result>(
  call: (done: (error: Error | null, result?: Result) => void) => void,
): Promise<Result> {
  held.onThreads += 1;
  return new Promise((resolve, reject) => {
    call((error, result) => {
      held.onThreads -= 1;
      if (error) reject(error);
      else resolve(result as Result);
    });
  });
}

/** Exit code after Ctrl+C. */
export const interruptedCode = 130;

/** Registers a function that exitNow() calls, for example to kill a child. Returns a function that unregisters it. */
export function endOnLeaving(end: (code: number) => void): () => void {
  held.endings.add(end);
  return () => void held.endings.delete(end);
}

export function exitNow(code: number): never {
  for (const end of held.endings) end(code);
  // process.exit() joins the threads of the pool, so a thread that is stuck in the kernel (a dead disk, a mount or name
  // server that does not answer) would keep the process alive. Replacing the process image ends all threads, except one
  // that sleeps uninterruptibly in the kernel: that thread keeps the process alive whatever is done. So a mount is read
  // in a child, and a sensor, for which a child costs too much, is not read again while an earlier read still waits.
  if (held.onThreads > 0 && process.execve) process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}
