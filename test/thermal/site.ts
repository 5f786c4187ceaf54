// The beat as a unit runs it: the real bundle, on a copy of a recorded machine.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { root, runBeside } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { machines } from './beat.ts';

export function site(t: TestContext, machine: string, config = '') {
  const folder = temporaryFolder(t);
  const copy = join(folder, 'machine');
  cpSync(join(machines, machine), copy, { recursive: true, verbatimSymlinks: true });
  const path = join(folder, 'config.yaml');
  writeFileSync(path, `files: { state: ${folder}/state }\nhosts: { local: { folder: ${copy} } }\n${config}\n`);
  const run = (env: Record<string, string> = {}, ...argv: string[]) =>
    beat([join(root, 'dist', 'thermal-heartbeat.cjs'), '--config', path, ...argv], {
      PATH: process.env['PATH'] ?? '',
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_RUNTIME_DIR: join(folder, 'run'),
      ...env,
    });
  return { folder, sys: join(copy, 'root', 'sys'), run, textfile: join(folder, 'state', 'textfiles', 'thermal.prom') };
}

async function beat(argv: readonly string[], env: Record<string, string>) {
  const began = performance.now();
  const { status, stdout, stderr } = await runBeside([process.execPath, ...argv], env);
  return { code: status, stdout, stderr, seconds: (performance.now() - began) / 1000 };
}

/** The line of the beat in the journal; a failed beat may print its reason after it. */
export const recordOf = ({ stderr }: { stderr: string }) =>
  JSON.parse(stderr.split('\n')[0] ?? '') as { problems: string[]; outcome: string; counts: Record<string, number> };
