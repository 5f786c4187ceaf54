// Leaving the process for good, at once, whatever still hangs.
let onThreads = 0;
const endings = new Set<() => void>();

/** Counts calls that sit on a thread of libuv's pool while they run. */
export async function onPool<Result>(call: () => Promise<Result>): Promise<Result> {
  onThreads += 1;
  try {
    return await call();
  } finally {
    onThreads -= 1;
  }
}

/** Something to end when we leave: a child that still runs. Returns how to take it back. */
export function endOnLeaving(end: () => void): () => void {
  endings.add(end);
  return () => void endings.delete(end);
}

export function leave(code: number): never {
  for (const end of endings) end();
  // process.exit() joins the threads of the pool, so one that is stuck in the kernel (a dead disk, a mount without an
  // answer) would keep the process for ever. Replacing the process image ends them all.
  if (onThreads > 0 && process.execve) process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}
