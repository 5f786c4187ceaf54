import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Absent } from '../../lib/contract/errors.ts';
import type { Completed, FilesystemStat, PathStat } from '../../lib/contract/host.ts';
import { filesystems } from '../../lib/snapshot/probes/filesystems.ts';
import { hostOf } from '../host.ts';
import { configurationOf } from '../world.ts';

const mountinfo = `27 1 254:1 / / ro,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
31 27 254:16 / /data rw,relatime shared:31 - ext4 /dev/vdb rw
33 27 254:48 / /archive rw,relatime shared:33 - ext4 /dev/vdd ro
34 27 0:45 / /gws rw,relatime shared:34 - autofs systemd-1 rw,fd=50,pgrp=1,timeout=600
35 27 0:46 / /nfs rw,relatime shared:35 - nfs4 server:/export rw,vers=4.2
36 27 0:47 / /auto rw,relatime shared:36 - autofs systemd-1 rw,fd=51
37 36 0:48 / /auto rw,relatime shared:37 - nfs4 server:/auto rw,vers=4.2
`;
const half: FilesystemStat = {
  block_bytes: 4096,
  blocks: 1000,
  free_blocks: 600,
  available_blocks: 500,
  inodes: 100,
  free_inodes: 75,
};

/** A machine that records which paths were touched. */
function machine(links: Record<string, string> = {}, child?: Completed) {
  const touched: string[] = [];
  const ran: { argv: readonly string[]; alone: string | undefined }[] = [];
  const host = hostOf({
    readText: async () => mountinfo,
    stat: async (path): Promise<PathStat> => {
      touched.push(path);
      const target = links[path];
      const common = { size_bytes: 0, modified_at: '2026-01-01T00:00:00Z' };
      return target === undefined ? { kind: 'folder', ...common } : { kind: 'link', target, ...common };
    },
    statfs: async (path) => {
      touched.push(path);
      return half;
    },
    run: async (argv, { alone } = {}) => {
      ran.push({ argv, alone });
      return child ?? { exit_code: 0, stdout: '/nfs/real\n4096 1000 600 500 100 75\n', stderr: '' };
    },
  });
  const none = { previous: undefined, bootId: '', at: new Date(0) };
  const read = (text: string, item = 'x') =>
    filesystems.read({ ...none, host: () => host, config: configurationOf(text), item });
  return { read, touched, ran, host };
}

describe('filesystems probe', () => {
  test('usage matches df: blocks reserved for root are neither used nor available', async () => {
    const { read } = machine();
    const found = await read('filesystems: { x: /data }');
    assert.equal(found.used_percent, 44.4444); // 400 blocks used, of 400 + 500 available to users
    assert.equal(found.size_bytes, 4_096_000);
    assert.equal(found.available_bytes, 2_048_000);
    assert.equal(found.inodes_used_percent, 25);
    assert.equal(found.mount_point, '/data');
    assert.equal(found.network, false);
  });

  test('read-only comes from the superblock, not from the sandbox’s mount options', async () => {
    const { read } = machine();
    assert.equal((await read('filesystems: { x: / }')).read_only, false, '/ is read-only only inside the unit');
    assert.equal((await read('filesystems: { x: /archive }')).read_only, true);
    const allowed = await read('filesystems: { x: { path: /archive, read-only: allowed } }');
    assert.equal(allowed.read_only_allowed, true);
  });

  test('the configured and the resolved path are shown, through relative and repeated links', async () => {
    const { read } = machine({ '/project': 'srv/link', '/srv/link': '../data/./new' });
    const found = await read('filesystems: { x: /project/sub }');
    assert.equal(found.path, '/project/sub');
    assert.equal(found.resolved_path, '/data/new/sub');
    assert.equal(found.mount_point, '/data');
  });

  test('a loop of symbolic links is an error, and is not followed for ever', async () => {
    const { read } = machine({ '/a': '/b', '/b': '/a' });
    await assert.rejects(() => read('filesystems: { x: /a }'), /\/a is a loop of symbolic links/);
  });

  test('an idle automount is not touched, not even through a link, and its section is absent', async () => {
    const { read, touched, ran } = machine({ '/workspace': '/gws/aurora' });
    for (const path of ['/gws', '/gws/aurora/raw', '/workspace/raw']) {
      await assert.rejects(
        () => read(`filesystems: { x: ${path} }`),
        (error) => error instanceof Absent && /automount/.test(error.message),
      );
    }
    assert.deepEqual(touched, ['/workspace']);
    assert.deepEqual(ran, []);
  });

  test('a network mount is read in a child that can be abandoned, and this process does not touch it', async () => {
    const { read, touched, ran } = machine({ '/far': '/nfs/real' });
    const found = await read('filesystems: { x: /far }');
    assert.equal(found.resolved_path, '/nfs/real');
    assert.equal(found.network, true);
    assert.equal(found.used_percent, 44.4444);
    assert.deepEqual(touched, ['/far']);
    assert.deepEqual(
      ran.map(({ alone }) => alone),
      ['filesystem-x'],
    );
    assert.deepEqual(ran[0]?.argv.slice(-2), ['statfs', '/far']);
  });

  test('a mounted automount is read as the filesystem mounted on it', async () => {
    const { read, ran } = machine({}, { exit_code: 0, stdout: '/auto\n4096 1000 600 500 0 0\n', stderr: '' });
    const found = await read('filesystems: { x: /auto }');
    assert.equal(found.type, 'nfs4');
    assert.equal(found.inodes, undefined, 'a filesystem that reports 0 inodes has no inode figures');
    assert.equal(ran.length, 1);
  });

  test('the error output of the child is the reason; a local path may be declared to hang', async () => {
    const { read, ran } = machine({}, { exit_code: 2, stdout: '', stderr: 'sh: 1: cd: Stale file handle\n' });
    await assert.rejects(
      () => read('filesystems: { x: { path: /data, network: true } }'),
      /looking at \/data failed: sh: 1: cd: Stale file handle/,
    );
    assert.equal(ran.length, 1);
  });

  test('without a configuration each real local filesystem is read once', async () => {
    const { host } = machine();
    assert.deepEqual(await filesystems.items?.({ host: () => host, config: configurationOf('') }), [
      '/',
      '/archive',
      '/data',
    ]);
    assert.deepEqual(
      await filesystems.items?.({ host: () => host, config: configurationOf('filesystems: { b: /b, a: /a }') }),
      ['b', 'a'],
    );
  });

  test('a filesystem without a size is a failed reading, never 0 % or 100 %', async () => {
    const { read, host } = machine();
    host.statfs = async () => ({ ...half, blocks: 0, free_blocks: 0, available_blocks: 0 });
    await assert.rejects(() => read('filesystems: { x: /data }'), /\/data has no size/);
  });
});
