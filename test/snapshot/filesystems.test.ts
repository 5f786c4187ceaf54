import assert from 'node:assert/strict';
import test from 'node:test';
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

/** A machine that tells which paths were touched. */
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
  const read = (text: string, item = 'x') =>
    filesystems.read({
      host: () => host,
      config: configurationOf(text),
      item,
      previous: undefined,
      bootId: '',
      at: new Date(0),
    });
  return { read, touched, ran, host };
}

test('usage is counted as df counts it: what is reserved for root is neither used nor left', async () => {
  const { read } = machine();
  const found = await read('filesystems: { x: /data }');
  assert.equal(found.used_percent, 44.4444); // 400 used of 400 + 500 that users can have
  assert.equal(found.size_bytes, 4_096_000);
  assert.equal(found.available_bytes, 2_048_000);
  assert.equal(found.inodes_used_percent, 25);
  assert.equal(found.mount_point, '/data');
  assert.equal(found.network, false);
});

test('read-only is what the superblock says, not the sandbox', async () => {
  const { read } = machine();
  assert.equal((await read('filesystems: { x: / }')).read_only, false, '/ is ro for the unit alone');
  assert.equal((await read('filesystems: { x: /archive }')).read_only, true);
  const allowed = await read('filesystems: { x: { path: /archive, read-only: allowed } }');
  assert.equal(allowed.read_only_allowed, true);
});

test('a moved symlink shows: the path as configured and as resolved, through links that are relative and many', async () => {
  const { read } = machine({ '/project': 'srv/link', '/srv/link': '../data/./new' });
  const found = await read('filesystems: { x: /project/sub }');
  assert.equal(found.path, '/project/sub');
  assert.equal(found.resolved_path, '/data/new/sub');
  assert.equal(found.mount_point, '/data');
});

test('a loop of links is told, not followed for ever', async () => {
  const { read } = machine({ '/a': '/b', '/b': '/a' });
  await assert.rejects(() => read('filesystems: { x: /a }'), /\/a is a loop of symbolic links/);
});

test('an automount that nobody has opened is not touched, not even through a link, and is no reading', async () => {
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

test('a network mount is asked in a child that can be given up, and nothing of it is touched here', async () => {
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
  assert.deepEqual(ran[0]?.argv.slice(-2), ['sh', '/far']);
});

test('an automount that is open is the filesystem mounted on it', async () => {
  const { read, ran } = machine({}, { exit_code: 0, stdout: '/auto\n4096 1000 600 500 0 0\n', stderr: '' });
  const found = await read('filesystems: { x: /auto }');
  assert.equal(found.type, 'nfs4');
  assert.equal(found.inodes, undefined, 'a filesystem without a number of inodes has none');
  assert.equal(ran.length, 1);
});

test('what the child says when it fails is the reason, and a local path may be declared to hang', async () => {
  const { read, ran } = machine({}, { exit_code: 2, stdout: '', stderr: 'sh: 1: cd: Stale file handle\n' });
  await assert.rejects(
    () => read('filesystems: { x: { path: /data, network: true } }'),
    /looking at \/data failed: sh: 1: cd: Stale file handle/,
  );
  assert.equal(ran.length, 1);
});

test('without a configuration, the real local filesystems are watched, each once', async () => {
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

test('a filesystem without a size is no reading, and never 0 % or 100 %', async () => {
  const { read, host } = machine();
  host.statfs = async () => ({ ...half, blocks: 0, free_blocks: 0, available_blocks: 0 });
  await assert.rejects(() => read('filesystems: { x: /data }'), /\/data has no size/);
});
