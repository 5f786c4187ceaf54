// The demo site as real files, in a calm hour: its source behind an sshd of its own, its disk /data a small disk that a test can fill. The
// stages are processes, as units start them.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { buildSite } from '../../lib/demo/build.ts';
import { monthStart } from '../../lib/demo/faults.ts';
import { configurationText } from '../../lib/demo/layout.ts';
import { day, diskAt, hour } from '../../lib/demo/scenario.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { installPackages } from './packages.ts';

/** Before /data fills up, and while nothing else is wrong. */
const calm = monthStart + 2 * day + 2 * hour;
/** Before somebody makes room. */
const full = monthStart + 4 * day - hour;

interface Settings {
  /** More of the configuration, as YAML. */
  readonly configuration?: string;
  /** Where the textfiles lie, if not in the state. */
  readonly textfiles?: string;
  /** Of the stages' processes. */
  readonly environment?: NodeJS.ProcessEnv;
}

export async function demoSite(t: TestContext, { configuration = '', textfiles, environment = {} }: Settings = {}) {
  installPackages('openssh-server', 'openssh-client', 'git', 'e2fsprogs');
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-demo-site-'));
  const site = await buildSite(join(folder, 'site'));
  t.after(() => {
    site.close();
    spawnSync('umount', [site.paths.data]);
    rmSync(folder, { recursive: true, force: true });
  });
  await site.buildAt(calm, Date.now());

  // A filesystem on a disk, which rules about disks do not leave out as they do those in memory.
  const { data } = site.paths;
  const [image, contents] = [join(folder, 'disk'), join(folder, 'contents')];
  cpSync(data, contents, { recursive: true, preserveTimestamps: true });
  writeFileSync(image, '');
  truncateSync(image, 64 * 1024 * 1024);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
  execFileSync('mount', ['-o', 'loop', image, data]);
  cpSync(contents, data, { recursive: true, preserveTimestamps: true });
  const ballast = join(data, 'ballast');
  const use = (share: number): void => {
    rmSync(ballast, { force: true });
    const { bsize, blocks, bavail } = statfsSync(data);
    const bytes = Math.round((share * blocks - (blocks - bavail)) * bsize);
    execFileSync('fallocate', ['--length', String(bytes), ballast]);
  };
  use(diskAt('data', calm).used);

  const state = join(folder, 'state');
  const { source } = site;
  if (typeof source === 'string') assert.fail(`the source is only a folder: ${source}`);
  const text = configurationText({
    paths: site.paths,
    state,
    source: `{ ssh: source, ssh-config: ${JSON.stringify(source.config)}, deadline: 10s }`,
    dashboardUrl: site.dashboardUrl,
    comment: 'The demo site.',
  });
  const config = join(folder, 'config.yaml');
  const files = `files: { state: ${JSON.stringify(state)}`;
  assert.ok(text.includes(files));
  const withTextfiles = textfiles === undefined ? text : text.replace(files, `${files}, textfiles: ${textfiles}`);
  writeFileSync(config, `${withTextfiles}${configuration}\n`);
  const written = textfiles ?? join(state, 'textfiles');
  mkdirSync(written, { recursive: true });
  return {
    /** Where the disk of /data is mounted. */
    data,
    textfiles: written,
    /** The disk is as full as in the demo. */
    fill: () => use(diskAt('data', full).used),
    empty: () => use(diskAt('data', calm).used),
    /** Runs stages, one after the other, which must succeed. */
    run: async (...stages: readonly string[]): Promise<void> => {
      for (const stage of stages) {
        const argv = [process.execPath, join(root, 'dist', `${stage}.cjs`), '--config', config];
        const { status, stderr } = await runBeside(argv, { ...environmentIn(folder), ...environment });
        assert.equal(status, 0, `${stage}: ${stderr}`);
      }
    },
    health: join(state, 'health'),
  };
}
