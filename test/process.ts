// The bundles as processes, with everything of their own in one folder.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './world.ts';

export const root = join(import.meta.dirname, '..');

/** With this environment nothing of this machine's own configuration, state and cache reaches a process. */
export const environmentIn = (folder: string) => ({
  PATH: process.env['PATH'],
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

/** Fails when it does not end. */
export const runBundle = (bundle: string, argv: readonly string[], env: NodeJS.ProcessEnv): Ran =>
  runProcess([process.execPath, join(root, 'dist', `${bundle}.cjs`), ...argv], env);

export function runProcess([file = '', ...argv]: readonly string[], env = process.env, cwd = process.cwd()): Ran {
  const began = performance.now();
  const { status, stdout, stderr, error } = spawnSync(file, argv, { env, cwd, encoding: 'utf8', timeout: 120_000 });
  if (error) throw new Error(`${file} ${argv.join(' ')} did not end`, { cause: error });
  return { status, stdout, stderr, ms: performance.now() - began };
}

/** Command lines that name a file or a folder, of processes that still live. */
export function processesOf(path: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      return command.includes(path) ? [command] : [];
    } catch {
      return []; // ended meanwhile
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
