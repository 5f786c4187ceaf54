// Reads the processes of a machine from /proc.
import { errorCode, isMissing } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { withDeadline } from './deadline.ts';
import { parseProcess, type ProcessStat } from '../parse/proc.ts';

export type Processes = ReadonlyMap<number, ProcessStat>;

/** The process ended while it was read. */
const isGone = (error: unknown): boolean => isMissing(error) || errorCode(error) === 'ESRCH';

/** Undefined where the process has ended. */
export async function unlessGone<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Reading a command line or the memory of a process waits for that process, which may sleep in the kernel. */
const patienceMs = 2000;

export const readMemoryFile = (host: Host, path: string): Promise<string> =>
  withDeadline(patienceMs, path, () => host.readText(path));

export async function readProcesses(host: Host, pids: readonly number[]): Promise<Processes> {
  const read = await Promise.all(
    pids.map((pid) => unlessGone(async () => parseProcess(await host.readText(`/proc/${pid}/stat`)))),
  );
  return new Map(read.flatMap((process) => (process ? [[process.pid, process]] : [])));
}

export async function readAllProcesses(host: Host): Promise<Processes> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await readProcesses(host, pids);
  // Process 1 always exists. Where it is not listed, processes of other users are hidden, and a service that is not found may run.
  if (!processes.has(1))
    throw new Error(
      'this user does not see the processes of other users: /proc is mounted with hidepid, or the unit has ProtectProc=invisible',
    );
  return processes;
}

/** A process whose main thread has ended looks like a zombie, but has other threads. */
export const isRunning = ({ state, threads }: ProcessStat): boolean => !['Z', 'X', 'x'].includes(state) || threads > 1;

type Children = ReadonlyMap<number, readonly ProcessStat[]>;

/** Kept, because many services ask for the children of the same processes. */
const childrenIn = new WeakMap<Processes, Children>();

function childrenOf(processes: Processes): Children {
  const children = childrenIn.get(processes) ?? Map.groupBy(processes.values(), ({ parent }) => parent);
  childrenIn.set(processes, children);
  return children;
}

/** The processes with these ids, and all their descendants. */
export function treesOf(roots: readonly number[], processes: Processes): ProcessStat[] {
  const children = childrenOf(processes);
  const found = new Map<number, ProcessStat>();
  const waiting = [...roots];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const process = processes.get(pid);
    if (!process || found.has(pid)) continue;
    found.set(pid, process);
    for (const child of children.get(pid) ?? []) waiting.push(child.pid);
  }
  return [...found.values()];
}

/** A longer command line is compared by its beginning: it may have megabytes, of which this machine's Host reads no more. */
const mostCommandLength = 4000;

/** The arguments, with spaces between them. Undefined where the process has ended. */
export const readCommandLine = (host: Host, pid: number): Promise<string | undefined> =>
  unlessGone(async () => {
    const text = await readMemoryFile(host, `/proc/${pid}/cmdline`);
    return text.slice(0, mostCommandLength).replaceAll('\0', ' ').trim();
  });
