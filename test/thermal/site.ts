// The beat as a unit runs it: the real bundle, on a copy of a recorded machine.
import { spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { root } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { machines } from './beat.ts';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export function site(t: TestContext, machine: string, config = '') {
  const folder = temporaryFolder(t);
  const copy = join(folder, 'machine');
  cpSync(join(machines, machine), copy, { recursive: true, verbatimSymlinks: true });
  const path = join(folder, 'config.yaml');
  writeFileSync(path, `files: { state: ${folder}/state }\nhosts: { local: { folder: ${copy} } }\n${config}\n`);
  const run = (env: Record<string, string> = {}, ...argv: string[]): Promise<Ran> =>
    beat([join(root, 'dist', 'thermal-heartbeat.cjs'), '--config', path, ...argv], {
      PATH: process.env['PATH'] ?? '',
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_RUNTIME_DIR: join(folder, 'run'),
      ...env,
    });
  return { folder, sys: join(copy, 'root', 'sys'), run, textfile: join(folder, 'state', 'textfiles', 'thermal.prom') };
}

async function beat(argv: readonly string[], env: Record<string, string>): Promise<Ran> {
  const began = performance.now();
  const child = spawn(process.execPath, argv, { env, timeout: 30_000 });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...said, seconds: (performance.now() - began) / 1000 };
}

/** The line that it leaves in the journal; behind it, of one that failed, may stand why. */
export const recordOf = (ran: Ran) =>
  JSON.parse(ran.stderr.split('\n')[0] ?? '') as {
    problems: string[];
    outcome: string;
    counts: Record<string, number>;
  };
