import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Absent, codedError } from '../../lib/contract/errors.ts';
import type { Completed, FilesystemStat, PathStat } from '../../lib/contract/host.ts';
import { filesystems } from '../../lib/snapshot/probes/filesystems.ts';
import { filesystem } from '../health/seen.ts';
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

type Reading = Awaited<ReturnType<typeof filesystems.read>>;

/** A machine that records which paths were touched. */
function machine(links: Record<string, string> = {}, child?: Completed, fstab = '', mounts = mountinfo, missing = '?') {
  const touched: string[] = [];
  const ran: { argv: readonly string[]; alone: string | undefined }[] = [];
  const host = hostOf({
    readText: async (path) => (path === '/etc/fstab' ? fstab : mounts),
    stat: async (path): Promise<PathStat> => {
      touched.push(path);
      if (path === missing) throw codedError('ENOENT', `ENOENT: ${path}`);
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
  const read = (text: string, item = 'x', previous?: Reading) =>
    filesystems.read({
      previous: previous && { at: new Date(0), bootId: '', data: previous },
      bootId: '',
      at: new Date(0),
      host: () => host,
      config: configurationOf(text),
      item,
    });
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
    assert.deepEqual(await filesystems.items?.({ host: () => host, at: new Date(), config: configurationOf('') }), [
      '/',
      '/archive',
      '/data',
    ]);
    assert.deepEqual(
      await filesystems.items?.({
        host: () => host,
        at: new Date(),
        config: configurationOf('filesystems: { b: /b, a: /a }'),
      }),
      ['b', 'a'],
    );
  });

  const fstab = [
    '# a comment',
    'UUID=0a1b / ext4 errors=remount-ro 0 1',
    '/dev/vdb /data ext4 defaults,nofail 0 2',
    'LABEL=far\\040disk /mnt/far\\040disk xfs defaults 0 0',
    'nas:/export /nfs nfs4 _netdev 0 0',
    '/dev/vdx /spare ext4 noauto 0 0',
    'UUID=5a none swap sw 0 0',
  ].join('\n');
  const rootAlone = `${mountinfo.split('\n', 1)[0]}\n`;
  const nfsAlone = `${rootAlone}\n35 27 0:46 / /nfs rw - nfs4 server:/export rw\n`;
  const lastReading = (path: string, mount_point: string, host = 'local'): Reading =>
    filesystem({ path, resolved_path: path, mount_point, host });

  // [what is wrong, configuration, mount table, last good reading, path that does not exist, reason or mount point]
  const mounting: [
    sees: string,
    text: string,
    table: string,
    before: Reading | undefined,
    missing: string,
    expected: RegExp | string,
  ][] = [
    [
      'a disk of fstab',
      '/data',
      rootAlone,
      undefined,
      '',
      /^\/data is not mounted \(fstab names \/dev\/vdb\): it lies on \/ /,
    ],
    [
      'a folder on a disk of fstab',
      '/data/raw',
      rootAlone,
      undefined,
      '',
      /^\/data\/raw is not mounted \(fstab names \/dev\/vdb\)/,
    ],
    [
      'a folder that is only on the disk',
      '/data/raw',
      rootAlone,
      undefined,
      '/data/raw',
      /^\/data\/raw is not mounted/,
    ],
    [
      'a link to a disk of fstab',
      '/link',
      rootAlone,
      undefined,
      '',
      /^\/link is not mounted \(fstab names \/dev\/vdb\)/,
    ],
    ['a mount point with a blank', '"/mnt/far disk/x"', rootAlone, undefined, '', /\(fstab names LABEL=far disk\)/],
    ['a network mount of fstab', '/nfs', rootAlone, undefined, '', /\(fstab names nas:\/export\)/],
    ['a folder that another mount hides', '/data/raw', nfsAlone, undefined, '', /not mounted/],
    [
      'a mount point of the last good reading',
      '/other/x',
      rootAlone,
      lastReading('/other/x', '/other'),
      '',
      /^\/other\/x is not mounted: it lies on \/, and lay on \/other before .*filesystems\.x\.mount: false/,
    ],
    [
      'a path declared to be on the network',
      '{ path: /far, network: true }',
      rootAlone,
      undefined,
      '',
      /^\/far is not mounted: it lies on \//,
    ],
    [
      'a path that must be a mount point',
      '{ path: /data/raw, mount: true }',
      mountinfo,
      undefined,
      '',
      /^\/data\/raw is not mounted: .* no mount point, as filesystems\.x\.mount: true demands/,
    ],
    ['the mounted disk', '/data/raw', mountinfo, undefined, '', '/data'],
    ['a mounted mount point', '{ path: /data, mount: true }', mountinfo, undefined, '', '/data'],
    [
      'a disk that need not be mounted',
      '{ path: /data, mount: false }',
      rootAlone,
      lastReading('/data', '/data'),
      '',
      '/',
    ],
    ['a network path that may lie on /', '{ path: /far, network: true, mount: false }', rootAlone, undefined, '', '/'],
    ['an entry with noauto', '/spare', rootAlone, undefined, '', '/'],
    [
      'a link that was moved to another disk',
      '/data/new',
      mountinfo,
      lastReading('/data/new', '/archive'),
      '',
      '/data',
    ],
    ['a reading of another path', '/other/x', rootAlone, lastReading('/other', '/other'), '', '/'],
    ['a reading on another machine', '/other/x', rootAlone, lastReading('/other/x', '/other', 'far'), '', '/'],
    ['the root filesystem', '/var', rootAlone, undefined, '', '/'],
  ];
  for (const [sees, path, table, before, missing, expected] of mounting)
    test(`${typeof expected === 'string' ? 'reads' : 'refuses the numbers of another filesystem for'} ${sees}`, async () => {
      const far = { exit_code: 0, stdout: '/far\n4096 1000 600 500 100 75\n', stderr: '' };
      const { read } = machine({ '/link': '/data/raw' }, far, fstab, table, missing);
      const reading = read(`filesystems: { x: ${path} }`, 'x', before);
      if (typeof expected !== 'string') await assert.rejects(() => reading, { message: expected });
      else assert.equal((await reading).mount_point, expected);
    });

  test('has at least 19 cases of mounts', () => assert.ok(mounting.length >= 19));

  test('without a configuration a disk of fstab that is not mounted is an item, too', async () => {
    const { host } = machine({}, undefined, fstab, nfsAlone);
    const items = await filesystems.items?.({ host: () => host, at: new Date(), config: configurationOf('') });
    assert.deepEqual(items, ['/', '/data', '/mnt/far disk']);
  });

  test('a filesystem without a size is a failed reading, never 0 % or 100 %', async () => {
    const { read, host } = machine();
    host.statfs = async () => ({ ...half, blocks: 0, free_blocks: 0, available_blocks: 0 });
    await assert.rejects(() => read('filesystems: { x: /data }'), /\/data has no size/);
  });
});
