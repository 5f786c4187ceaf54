import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { PathStat } from '../../lib/contract/host.ts';
import { guardHangingPaths } from '../../lib/io/hanging-paths.ts';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { hostOf } from '../host.ts';
import { temporaryFolder } from '../world.ts';

const mounts = `27 1 254:1 / / rw - ext4 /dev/vda1 rw
28 27 0:30 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw
35 27 0:46 / /nfs rw - nfs4 server:/export rw
36 27 0:47 / /auto rw - autofs systemd-1 rw
37 27 0:48 / /far rw - fuse.sshfs far:/ rw
`;
const links: Readonly<Record<string, string>> = { '/gates': '/nfs/gates', '/here': 'there', '/a': '../far/x' };

/** Which paths were touched in this process, and how many children were started. */
async function readBy(path: string, declared: readonly string[] = [], table = mounts) {
  const touched: string[] = [];
  let children = 0;
  const stat = async (step: string): Promise<PathStat> => {
    touched.push(step);
    const target = links[step];
    const common = { size_bytes: 0, modified_at: '2026-01-01T00:00:00Z' };
    return target === undefined ? { kind: 'folder', ...common } : { kind: 'link', target, ...common };
  };
  const host = hostOf({
    stat,
    readText: async (file) => {
      if (file === '/proc/self/mountinfo') return table;
      touched.push(file);
      return 'read here';
    },
    run: async (_argv, { alone } = {}) => {
      assert.ok(alone?.startsWith('read-text '));
      children += 1;
      return { exit_code: 0, stdout: 'read in a child', stderr: '' };
    },
  });
  const guarded = guardHangingPaths(() => host, declared)(new AbortController().signal);
  return { text: await guarded.readText(path), touched, children };
}

describe('io/hanging-paths', () => {
  const cases: [path: string, isInChild: boolean, declared?: string[]][] = [
    ['/nfs/gate.json', true],
    ['/gates/prune.json', true],
    ['/a/usage.json', true],
    ['/far/power.zarr/zarr.json', true],
    ['/auto/x', true],
    ['/data/../nfs/x', true],
    ['/disk/x', true, ['/disk']],
    ['/nfsx/gate.json', false],
    ['/here/gate.json', false],
    ['/data/gate.json', false],
    ['/diskette/x', false, ['/disk']],
    ['/proc/loadavg', false],
    ['/sys/class/net/x', false],
  ];
  for (const [path, isInChild, declared] of cases)
    test(`reads ${path} ${isInChild ? 'in a child' : 'in this process'}`, async () => {
      const { text, touched, children } = await readBy(path, declared);
      assert.deepEqual([text, children], isInChild ? ['read in a child', 1] : ['read here', 0]);
      if (isInChild)
        assert.deepEqual(
          touched.filter((step) => /^\/(nfs|far|auto|disk)(\/|$)/.test(step)),
          [],
        );
    });

  test('asks nothing more where no mount can hang', async () => {
    const { touched, children } = await readBy('/data/gate.json', [], mounts.split('\n').slice(0, 2).join('\n'));
    assert.deepEqual([touched, children], [['/data/gate.json'], 0]);
    assert.ok(cases.length >= 13);
  });

  test('asks for no mounts where only the kernel’s own folders are listed, as each run of watch-services does', async () => {
    const touched: string[] = [];
    const host = hostOf({
      list: async (folder) => {
        touched.push(folder);
        return [];
      },
      readText: async (file) => {
        touched.push(file);
        return mounts;
      },
    });
    const guarded = guardHangingPaths(() => host, [])(new AbortController().signal);
    const folders = ['/proc', '/sys', '/run', '/proc/1/fd'];
    for (const folder of folders) await guarded.list(folder);
    assert.deepEqual(touched, folders);
  });

  test('reads the same in a child as in this process', async (t) => {
    const folder = temporaryFolder(t);
    const data = join(folder, 'data');
    mkdirSync(join(data, 'sub'), { recursive: true });
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256));
    writeFileSync(join(data, 'b'), bytes);
    writeFileSync(join(data, 'a text\n'), 'grün\n');
    utimesSync(join(data, 'b'), 1000.0709998, 1000.0709998);
    symlinkSync('b', join(data, 'link'));
    execFileSync('mkfifo', [join(data, 'fifo')]);
    const open = localHostOpener({ notes: join(folder, 'notes'), userAgent: 'test' });
    const { signal } = new AbortController();
    const [direct, guarded] = [open(signal), guardHangingPaths(open, [data])(signal)];
    let compared = 0;
    const same = async <Value>(ask: (host: typeof direct) => Promise<Value>): Promise<void> => {
      compared += 1;
      assert.deepEqual(await ask(guarded), await ask(direct));
    };
    await same((host) => host.readText(join(data, 'a text\n')));
    await same(async (host) => Buffer.from(await host.readBytes(join(data, 'b'))).toString('hex'));
    for (const range of [
      { start: 0, length: 10 },
      { start: 4990, length: 100 },
      { start: 7, length: 3000 },
    ])
      await same(async (host) => Buffer.from(await host.readBytes(join(data, 'b'), range)).toString('hex'));
    await same(async (host) => [...(await host.list(data))].sort());
    for (const name of ['b', 'link', 'sub', 'fifo']) await same((host) => host.stat(join(data, name)));
    await same((host) => host.realpath(join(data, 'sub', '..')));
    assert.ok(compared >= 11);
    await assert.rejects(() => guarded.readText(join(data, 'gone')), { code: 'ENOENT' });
    await assert.rejects(() => guarded.readText(join(data, 'fifo')), /is not a regular file/);
  });
});
