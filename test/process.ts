// Processes of a test: the bundles, each with all its files in one folder, and what /proc says about processes.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { execa, execaSync } from 'execa';
import { readText } from './world.ts';

export const root = join(import.meta.dirname, '..');

/** Where a folder of PATH may not be searched, sh exits with 126 instead of 127 for a program that is not there. */
const searchedPath = (process.env['PATH'] ?? '')
  .split(':')
  .filter((folder) => {
    try {
      accessSync(folder, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  })
  .join(':');

/** Environment of a process that sees none of this machine's own configuration, state and cache. */
export const environmentIn = (folder: string) => ({
  PATH: searchedPath,
  HOME: folder,
  XDG_STATE_HOME: join(folder, 'xdg'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  XDG_RUNTIME_DIR: join(folder, 'run'),
});

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export const runBundle = (bundle: string, argv: readonly string[], env: NodeJS.ProcessEnv): Ran =>
  runProcess([process.execPath, join(root, 'dist', `${bundle}.cjs`), ...argv], env);

const asItIs = { stdin: 'ignore', reject: false, extendEnv: false, stripFinalNewline: false } as const;

const statusOf = ({ exitCode, stdout, stderr }: { exitCode?: number | undefined; stdout: string; stderr: string }) => ({
  status: exitCode ?? null,
  stdout,
  stderr,
});

export function runProcess([file = '', ...argv]: readonly string[], env = process.env, cwd = process.cwd()): Ran {
  const began = performance.now();
  const ended = execaSync(file, argv, { ...asItIs, env, cwd, timeout: 120_000 });
  if (ended.timedOut || ended.code !== undefined) throw ended;
  return { ...statusOf(ended), ms: performance.now() - began };
}

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a process while this one goes on: it may serve the other, or kill it. */
export async function runBeside(
  [file = '', ...argv]: readonly string[],
  env: NodeJS.ProcessEnv,
  started: (pid: number) => void = () => undefined,
): Promise<Ended> {
  const child = execa(file, argv, { ...asItIs, env });
  started(child.pid ?? 0);
  const ended = await child;
  return { ...statusOf(ended), signal: ended.signal ?? null };
}

/** A file below /proc/PID, of every process that still lives and lets us read it. */
export function procFiles(file: 'cmdline' | 'environ' | 'stat'): { pid: number; text: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [{ pid: Number(pid), text: readText(`/proc/${pid}/${file}`).replaceAll('\0', ' ') }];
    } catch {
      return []; // the process ended meanwhile
    }
  });
}

/** False also for a zombie: an ended process stays in the table until its parent, or init, reaps it. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readText(`/proc/${pid}/stat`);
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}
/** Command lines of living processes that name a file or a folder. */
export const processesOf = (path: string): string[] =>
  procFiles('cmdline').flatMap(({ text }) => (text.includes(path) ? [text] : []));

/** Kills a process, if it still lives. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended meanwhile
  }
}

/** Kills a child of this process, and waits until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** The living children of a process, their children, and so on. */
export function descendantsOf(pid: number): number[] {
  const parents = procFiles('stat').map(({ pid: child, text }) => {
    const [, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { child, parent: Number(parent) };
  });
  const below = (one: number): number[] =>
    parents.flatMap(({ child, parent }) => (parent === one ? [child, ...below(child)] : []));
  return below(pid);
}

/** The port of a server on loopback, which is closed when the test ends. */
export async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** The port of a server that accepts connections and never answers. */
export const listenSilently = (t: TestContext): Promise<number> =>
  listen(
    t,
    createServer(() => undefined),
  );

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
