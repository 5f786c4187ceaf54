// A site with a rehearsal, for the tests of run-rehearsal: its installed bundle, and what it leaves.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RehearsalSummary } from '../../lib/rehearsal/files.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

export const sh = (script: string): string[] => ['sh', '-c', script];

export function makeSite(t: TestContext, rehearsal: object, more: object = {}, variables: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder(t);
  const state = join(folder, 'state');
  const work = join(folder, 'work');
  mkdirSync(work);
  const config = join(folder, 'config.yaml');
  const write = (parts: object): void =>
    writeFileSync(config, JSON.stringify({ files: { state }, rehearsal: parts, ...more }));
  write(rehearsal);
  const env = { ...environmentIn(folder), ...variables };
  const stage = join(state, 'monitoring', 'stage_b');
  const argv = [process.execPath, join(root, 'dist', 'run-rehearsal.cjs'), '--config', config];
  return {
    folder,
    state,
    work,
    config,
    env,
    stage,
    argv,
    write,
    /** While this process goes on, because it serves the connectors. */
    run: (...options: string[]) => runBeside([...argv, ...options], env),
    latest: (name: string): string => readText(join(stage, 'latest', name)),
    summary: () => JSON.parse(readText(join(stage, 'latest', 'rehearsal_summary.json'))) as RehearsalSummary,
    textfile: () => readText(join(state, 'textfiles', 'rehearsal_status.prom')),
  };
}
