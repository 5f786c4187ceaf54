// The package, built once a file of tests, and a booted machine with what an administrator does and sees there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { StageRecord } from '../../lib/contract/record.ts';
import { root } from '../process.ts';
import { until } from '../world.ts';
import { bootSystemd } from './boot.ts';

export const state = '/var/lib/ops-monitor';
export const config = '/etc/ops-monitor/config.yaml';
export const built = join(root, 'dist', 'package');

export function must(program: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${argv.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

export const build = (folder: string): string =>
  must(process.execPath, '--import', 'tsx', 'scripts/package.ts', folder);

export function buildPackage(): void {
  rmSync(built, { recursive: true, force: true });
  build(built);
}

export const fileIn = (folder: string, ending: string): string =>
  join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? `no file that ends in ${ending}`);

/** As seen from the booted machine, where nothing below /tmp or /home need be. */
export const inside = (path: string): string => path.replace(root, '/opt/ops-monitor');

export type PackageMachine = Awaited<ReturnType<typeof bootMachine>>;

export async function bootMachine(t: TestContext, tree?: string) {
  const machine = await bootSystemd(t, {}, [], tree);
  const { run } = machine;
  const apt = (...argv: string[]) =>
    run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y', '-o', 'DPkg::Options::=--force-confold', ...argv);
  const script = (text: string): string => machine.must('sh', '-ec', text);
  return {
    ...machine,
    apt,
    install: (path: string) => apt('install', '--no-install-recommends', inside(path)),
    isActive: (unit: string): string => run('systemctl', 'is-active', unit).stdout.trim(),
    isThere: (path: string): boolean => run('test', '-e', path).status === 0,
    version: (): string => run('dpkg-query', '-W', '-f=${Version} ${Status}', 'ops-monitor').stdout,
    script,
    /** Settings for a unit, as `systemctl edit` would keep them. */
    edit: (unit: string, text: string): void => {
      script(`mkdir -p /etc/systemd/system/${unit}.d`);
      machine.write(`/etc/systemd/system/${unit}.d/override.conf`, text);
      script('systemctl daemon-reload');
    },
    revert: (...units: string[]): void => {
      for (const unit of units) script(`rm -r /etc/systemd/system/${unit}.d`);
      script('systemctl daemon-reload');
    },
    recordOf: (stage: string): StageRecord => JSON.parse(machine.read(`${state}/stages/${stage}.json`)) as StageRecord,
    /** Until no unit is being started. */
    settle: (): Promise<void> => until(() => run('systemctl', 'list-jobs').stdout.startsWith('No jobs')),
  };
}
