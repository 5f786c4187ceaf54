import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Absent, codedError } from '../../lib/contract/errors.ts';
import type { Completed } from '../../lib/contract/host.ts';
import { withWorkspaceLag } from '../../lib/snapshot/workspace-lag.ts';
import { workspace } from '../../lib/snapshot/probes/workspace.ts';
import { hostOf } from '../host.ts';
import { configurationOf } from '../world.ts';

const at = new Date('2026-11-20T12:00:00Z');
const rootAlone = '27 1 254:1 / / rw - ext4 /dev/vda1 rw\n';
const mounted = `${rootAlone}35 27 0:46 / /gws rw - nfs4 server:/export rw,vers=4.2\n`;

interface Machine {
  readonly mountinfo?: string;
  /** Program name → its result; a program that is not listed hangs. */
  readonly prints?: Readonly<Record<string, Completed>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly modified_at?: string;
  readonly previous?: Reading;
}

type Reading = Awaited<ReturnType<typeof workspace.read>>;

const printed = (stdout: string): Completed => ({ exit_code: 0, stdout, stderr: '' });
const threeQuarters = printed('/gws/aurora\n4096 1000 250 250 0 0\n');

function read(text: string, machine: Machine) {
  const { mountinfo = mounted, prints = { sh: threeQuarters }, files = {}, modified_at } = machine;
  const previous = machine.previous && { at, bootId: '', data: machine.previous };
  const host = hostOf({
    readText: async (path) => {
      const found = path === '/proc/self/mountinfo' ? mountinfo : files[path];
      if (found === undefined) throw codedError('ENOENT', `ENOENT: ${path}`);
      return found;
    },
    stat: async () => ({ kind: 'file', size_bytes: 1, modified_at: modified_at ?? at.toISOString() }),
    run: async ([program = '']) => prints[program] ?? new Promise<never>(() => undefined),
  });
  const config = configurationOf(text);
  return workspace.read({ host: () => host, config, item: '', previous, bootId: '', at });
}

describe('workspace probe', () => {
  test('a mounted workspace that answers is reached, with the usage of its filesystem', async () => {
    assert.deepEqual(await read('workspace: { path: /gws/aurora }', {}), {
      host: 'local',
      path: '/gws/aurora',
      reached: true,
      mount_point: '/gws',
      size_bytes: 4_096_000,
      used_bytes: 3_072_000,
      used_percent: 75,
    });
  });

  test('a workspace that is not mounted is unreachable, and the usage of / is not taken for its own', async () => {
    const found = await read('workspace: { path: /gws/aurora }', { mountinfo: rootAlone });
    assert.equal(found.reached, false);
    assert.match(found.problem ?? '', /^\/gws\/aurora is not mounted: it lies on \//);
    assert.ok(!('used_percent' in found));
  });

  test('a workspace on a mount inside another disk is unreachable while that mount is not there, cycle after cycle', async () => {
    const disk = `${rootAlone}31 27 254:16 / /gws rw - ext4 /dev/vdb rw\n`;
    const nas = `${disk}35 31 0:46 / /gws/aurora rw - nfs4 server:/export rw,vers=4.2\n`;
    const config = 'workspace: { path: /gws/aurora }';
    const inFstab = { mountinfo: disk, files: { '/etc/fstab': 'server:/export /gws/aurora nfs4 defaults 0 0\n' } };
    assert.match((await read(config, inFstab)).problem ?? '', /not mounted \(fstab names server:\/export\)/);
    let previous = await read(config, { mountinfo: nas });
    assert.deepEqual([previous.reached, previous.mount_point], [true, '/gws/aurora']);
    for (let cycle = 0; cycle < 2; cycle++) {
      previous = await read(config, { mountinfo: disk, previous });
      assert.match(previous.problem ?? '', /it lies on \/gws, and lay on \/gws\/aurora before/);
    }
    assert.equal(
      (await read('workspace: { path: /gws/aurora, mount: false }', { mountinfo: disk, previous })).reached,
      true,
    );
    assert.equal((await read(config, { mountinfo: nas, previous })).reached, true);
  });

  test('a local folder is a workspace where the configuration says so', async () => {
    const local = hostOf({
      readText: async (path) => (path === '/etc/fstab' ? '' : rootAlone),
      stat: async () => ({ kind: 'folder', size_bytes: 0, modified_at: at.toISOString() }),
      statfs: async () => ({
        block_bytes: 1,
        blocks: 4,
        free_blocks: 1,
        available_blocks: 1,
        inodes: 0,
        free_inodes: 0,
      }),
    });
    const config = configurationOf('workspace: { path: /archive, network: false }');
    const found = await workspace.read({ host: () => local, config, item: '', previous: undefined, bootId: '', at });
    assert.deepEqual([found.reached, found.used_percent], [true, 75]);
  });

  test('a missing path and a stale handle are the reason why a workspace is unreachable', async () => {
    const prints = { sh: { exit_code: 2, stdout: '', stderr: 'sh: 1: cd: Stale file handle\n' } };
    const found = await read('workspace: { path: /gws/aurora }', { prints });
    assert.equal(found.reached, false);
    assert.match(found.problem ?? '', /Stale file handle/);
  });

  test('a hanging workspace is read as unreachable before the probe’s deadline', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const reading = read('workspace: { path: /gws/aurora }', { prints: {} });
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    t.mock.timers.tick(8000);
    const found = await reading;
    assert.equal(found.reached, false);
    assert.equal(found.problem, 'looking at /gws/aurora did not answer within 8s');
  });

  test('an idle automount makes the section absent', async () => {
    const mountinfo = `${rootAlone}34 27 0:45 / /gws rw - autofs systemd-1 rw\n`;
    await assert.rejects(() => read('workspace: { path: /gws/aurora }', { mountinfo }), Absent);
  });

  const quota = 'workspace: { path: /gws/aurora, usage: { command: [quota-of, aurora] } }';

  test('a quota command gives the usage in place of the filesystem', async () => {
    const prints = { sh: threeQuarters, 'quota-of': printed('{"size_bytes": 1000, "used_bytes": 915}') };
    const found = await read(quota, { prints });
    assert.deepEqual([found.reached, found.used_percent, found.used_bytes], [true, 91.5, 915]);
  });

  test('a failing quota command leaves the usage unknown and the workspace reached', async () => {
    for (const [answer, why] of [
      [{ exit_code: 3, stdout: '', stderr: 'no such group\n' }, /quota-of aurora failed: no such group/],
      [printed('75%'), /not JSON: it breaks at line 1, column 3/],
      [printed('{"size_bytes": 1000, "used_bytes": null}'), /used_bytes of the usage is not a number of bytes: null/],
      [printed('{"size_bytes": 0, "used_bytes": 0}'), /size_bytes of the usage is 0/],
    ] as const) {
      const found = await read(quota, { prints: { sh: threeQuarters, 'quota-of': answer } });
      assert.equal(found.reached, true);
      assert.match(found.usage_problem ?? '', why);
      assert.ok(!('used_percent' in found));
    }
  });

  const file = 'workspace: { path: /gws/aurora, usage: { file: /var/quota.json } }';
  const usageFile = (more = '') => ({ '/var/quota.json': `{"size_bytes": 1000, "used_bytes": 1100${more}}` });

  test('a usage file has its age, from told_at or from its modification time', async () => {
    const own = await read(file, { files: usageFile(', "told_at": "2026-11-20T06:00:00Z"') });
    assert.deepEqual([own.used_percent, own.usage_told_at], [110, '2026-11-20T06:00:00.000Z']);
    const written = await read(file, { files: usageFile(), modified_at: '2026-11-20T03:00:00.000Z' });
    assert.equal(written.usage_told_at, '2026-11-20T03:00:00.000Z');
  });

  test('a usage file that is too old, or from the future, is a problem', async () => {
    const limit = await read(file, { files: usageFile(), modified_at: '2026-11-19T10:00:00.000Z' });
    assert.equal(limit.used_percent, 110, 'a file of exactly 26 hours, the limit, is still used');
    const old = await read(file, { files: usageFile(), modified_at: '2026-11-19T09:59:59.000Z' });
    assert.match(old.usage_problem ?? '', /quota\.json is 1d 2h 1s old; a usage older than 26h is ignored/);
    assert.ok(!('used_percent' in old));
    const future = await read(file, { files: usageFile(), modified_at: '2026-11-20T13:00:00.000Z' });
    assert.match(future.usage_problem ?? '', /from the future/);
  });
});

describe('workspace lag', () => {
  test('the workspace section gets the longest lag of the mirrors that lie on it', () => {
    const ok = (data: unknown) => ({ status: 'ok' as const, ms: 1, collected_at: at.toISOString(), data });
    const copy = (root: string, lag_seconds?: number, host = 'local') => ok({ host, root, lag_seconds });
    const sections = {
      workspace: ok({ host: 'local', path: '/gws/aurora', reached: true }),
      mirrors: ok({
        'a.gws': copy('/gws/aurora/raw/a', 300),
        'b.gws': copy('/gws/aurora/raw/b', 900),
        'c.gws': copy('/gws/aurora/raw/c'),
        'd.far': copy('/gws/aurora/raw/d', 5000, 'elsewhere'),
        'e.local': copy('/gws/aurora2/raw/e', 6000),
        'f.gws': { status: 'failed' as const, kind: 'timeout' as const, reason: 'hung', ms: 1 },
      }),
    };
    const { workspace: told } = withWorkspaceLag(sections);
    assert.ok(told?.status === 'ok');
    assert.deepEqual(told.data, {
      host: 'local',
      path: '/gws/aurora',
      reached: true,
      worst_lag_seconds: 900,
      worst_lag_mirror: 'b.gws',
    });
    const none = { ...sections, mirrors: ok({}) };
    assert.equal(withWorkspaceLag(none), none);
  });
});
