// A network mount that hangs beyond any kill: sshfs from this machine to itself, its server stopped.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { readText, temporaryFolder } from '../world.ts';
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
  const options = ['-f', '-o', 'dir_cache=no', '-F', sshd.config];
  const mount = spawn('sshfs', [...options, `source:${remote}`, mountPoint], { stdio: 'ignore' });
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
    silence: () => {
      const pid = server();
      process.kill(pid, 'SIGSTOP');
      // Also where the test fails while it is silent: sshd, which has gone by then, would have left it behind.
      t.after(() => spawnSync('kill', ['-KILL', String(pid)]));
    },
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

test('a mount that hangs on another machine gets one process there for each thing that is asked of it, and never a second', async (t) => {
  const { folder, mountPoint, silence, resume } = await mountOverSsh(t);
  const sshd = await startSshd(t);
  const copy = temporaryFolder(t);
  const stream = (name: string) =>
    `  ${name}: { source: { host: source, root: ${mountPoint}, files: "${name}*.nc" }, mirrors: { here: { root: ${copy} } } }\n`;
  const names = Array.from({ length: 5 }, (_, index) => `s${index}`);
  const site = siteIn(
    folder,
    [
      `files: { state: ${folder}/state }\nhosts: { source: { ssh: source, ssh-config: ${sshd.config} } }\n`,
      `filesystems: { far: { host: source, path: / }, remote: { host: source, path: ${mountPoint} } }\n`,
      `streams:\n${names.map(stream).join('')}`,
    ].join(''),
  );
  const collect = () => {
    const { status, stderr, ms } = site.run('collect-snapshot');
    assert.equal(status, 0, stderr);
    const snapshot = snapshotIn(join(folder, 'state', 'raw'));
    const reason = (section: string, item: string) => {
      const found = itemOf(snapshot, section, item);
      return found.status === 'failed' ? found.reason : found.status;
    };
    return {
      far: reason('filesystems', 'far'),
      remote: reason('filesystems', 'remote'),
      streams: names.map((name) => reason('streams', name)),
      mirrors: names.map((name) => reason('mirrors', `${name}.here`)),
      ms,
    };
  };
  const there = () => left().filter(({ command }) => command.includes(mountPoint));

  const good = collect();
  assert.deepEqual(
    [good.far, good.remote, ...good.streams, ...good.mirrors],
    Array.from({ length: 12 }, () => 'ok'),
  );
  assert.deepEqual(there(), [], 'nothing is left of what ended');

  silence();
  const hung = collect();
  assert.ok(hung.ms < 60_000, `${hung.ms} ms`);
  assert.equal(hung.far, 'ok', 'what does not hang there is read');
  assert.match(hung.remote, /did not answer within/);
  const first = there();
  assert.ok(first.length >= 2, JSON.stringify(first));

  const refused = /an earlier attempt still hangs \(process \d+ on source, since 20.*Z\); no second one is started/;
  for (let cycle = 0; cycle < 2; cycle++) {
    const { far, remote, streams, mirrors } = collect();
    assert.equal(far, 'ok');
    assert.match(remote, refused);
    // Of those that wait for one another some can be ended, and are tried again.
    const searches = [...streams, ...mirrors];
    assert.ok(searches.some((reason) => refused.test(reason)) && !searches.includes('ok'), searches.join('\n'));
    const works = there().map(({ work }) => work);
    assert.deepEqual([...new Set(works)], works, 'a second one was started');
  }

  resume();
  for (let tries = 0; tries < 100 && there().length > 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const healed = collect();
  assert.deepEqual(
    [healed.far, healed.remote, ...healed.streams],
    Array.from({ length: 7 }, () => 'ok'),
  );
});

/** What our work over ssh has left on its machine, which is this one. */
function left(): { work: string; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const work = /(?:^|\0)OPS_MONITOR_ALONE=\S+ \d+ \S+ ([^\0]+)/.exec(readText(`/proc/${name}/environ`))?.[1];
        return work === undefined ? [] : [{ work, command: commandOf(Number(name)) }];
      } catch {
        return []; // ended meanwhile, or none of ours
      }
    });
}
