// A network mount that hangs beyond any kill: sshfs from this machine to itself, its server stopped.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { readText } from '../world.ts';
import { installPackages } from './packages.ts';
import { startSshd } from './sshd.ts';
import { itemOf, siteIn, snapshotIn } from './stages.ts';

/** Our own descendants, with their command lines: what we started, and nothing else. */
function descendants(pid: number): { pid: number; command: string }[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readText(`/proc/${name}/stat`);
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // ended meanwhile
    }
  }
  const below = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return below.flatMap((child) => [{ pid: child, command: commandOf(child) }, ...descendants(child)]);
}

function commandOf(pid: number): string {
  try {
    return readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  } catch {
    return ''; // ended meanwhile
  }
}

/** A folder mounted over ssh, and a switch that makes its server fall silent. */
async function mountOverSsh(t: TestContext) {
  installPackages('sshfs');
  const sshd = await startSshd(t);
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-sshfs-'));
  const [remote, mountPoint] = [join(folder, 'remote'), join(folder, 'mount')];
  for (const path of [remote, mountPoint]) mkdirSync(path);
  const mount = spawn('sshfs', ['-f', '-F', sshd.config, `source:${remote}`, mountPoint], { stdio: 'ignore' });
  t.after(async () => {
    // The server first: with it gone, what hangs in the mount is let go.
    for (const { pid } of [...descendants(sshd.pid), ...descendants(mount.pid ?? 0)]) process.kill(pid, 'SIGKILL');
    spawnSync('umount', ['-l', mountPoint]); // it may have gone with its server
    mount.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 200));
    rmSync(folder, { recursive: true });
  });
  for (let tries = 0; tries < 100 && !readText('/proc/self/mountinfo').includes(mountPoint); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(readText('/proc/self/mountinfo').includes(mountPoint), 'sshfs did not mount');
  const server = () => descendants(sshd.pid).find(({ command }) => command.includes('sftp-server'))?.pid ?? 0;
  return {
    folder,
    mountPoint,
    silence: () => process.kill(server(), 'SIGSTOP'),
    resume: () => process.kill(server(), 'SIGCONT'),
  };
}

function workspaceIn(snapshot: Snapshot): Record<string, unknown> {
  const { workspace } = snapshot.sections;
  assert.equal(workspace?.status, 'ok', JSON.stringify(workspace));
  return workspace?.status === 'ok' ? (workspace.data as Record<string, unknown>) : {};
}

test('a hung network mount costs its own reading, the run ends in time, and no second child is started while one hangs', async (t) => {
  const { folder, mountPoint, silence, resume } = await mountOverSsh(t);
  const site = siteIn(
    folder,
    `files: { state: ${folder}/state }\nfilesystems: { remote: ${mountPoint}, root: / }\nworkspace: { path: ${mountPoint} }\n`,
  );
  const collect = () => {
    const { status, stderr, ms } = site.run('collect-snapshot');
    assert.equal(status, 0, stderr);
    const snapshot = snapshotIn(join(folder, 'state', 'raw'));
    return {
      remote: itemOf(snapshot, 'filesystems', 'remote'),
      root: itemOf(snapshot, 'filesystems', 'root'),
      workspace: workspaceIn(snapshot),
      ms,
    };
  };
  const notes = () => {
    const children = join(folder, 'run', 'ops-monitor', 'children', folder, 'state');
    return existsSync(children) ? readdirSync(children) : [];
  };

  const good = collect();
  assert.equal(good.remote.status, 'ok', JSON.stringify(good.remote));
  if (good.remote.status === 'ok') {
    assert.equal(good.remote.data['network'], true);
    assert.equal(good.remote.data['type'], 'fuse.sshfs');
    assert.equal(good.remote.data['resolved_path'], mountPoint);
  }
  assert.deepEqual(notes(), []);

  assert.deepEqual([good.workspace['reached'], typeof good.workspace['used_percent']], [true, 'number']);

  silence();
  const hung = collect();
  assert.ok(hung.ms < 60_000, `${hung.ms} ms`);
  assert.equal(hung.root.status, 'ok');
  assert.equal(hung.remote.status === 'failed' && hung.remote.kind, 'timeout', JSON.stringify(hung.remote));
  assert.equal(hung.workspace['reached'], false, 'that it hangs is what was read of the workspace');
  assert.match(String(hung.workspace['problem']), /did not answer within 8s/);
  assert.deepEqual(notes().sort(), ['filesystem-remote.json', 'workspace.json'], 'the children that hang are noted');
  const { pid } = JSON.parse(
    readText(join(folder, 'run', 'ops-monitor', 'children', folder, 'state', notes()[0] ?? '')),
  ) as { pid: number };
  assert.ok(existsSync(`/proc/${pid}`), 'the child that hangs cannot be killed, and is still there');

  const again = collect();
  assert.equal(again.root.status, 'ok');
  assert.match(
    again.remote.status === 'failed' ? again.remote.reason : '',
    /an earlier attempt still hangs \(process \d+, since .*\); no second one is started/,
  );
  assert.ok(again.ms < hung.ms, 'the second run does not wait for the deadline');

  resume();
  for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}`); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const healed = collect();
  assert.equal(healed.remote.status, 'ok', JSON.stringify(healed.remote));
  assert.equal(healed.workspace['reached'], true);
  assert.deepEqual(notes(), []);
});
