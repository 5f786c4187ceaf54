// A network mount that hangs beyond any kill: sshfs from this machine to itself, its server stopped.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { descendantsOf, environmentIn, killNow, procFiles, runBundle } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { installPackages } from './packages.ts';
import { startSshd } from './sshd.ts';
import { collectOn, itemOf, siteIn } from './stages.ts';

/** A folder mounted over ssh, and functions that stop its server and let it continue. */
async function mountOverSsh(t: TestContext, above = tmpdir()) {
  installPackages('sshfs');
  const sshd = await startSshd(t);
  const folder = mkdtempSync(join(above, 'ops-monitor-sshfs-'));
  const [remote, mountPoint] = [join(folder, 'remote'), join(folder, 'mount')];
  for (const path of [remote, mountPoint]) mkdirSync(path);
  const options = ['-f', '-o', 'dir_cache=no', '-F', sshd.config];
  const mount = spawn('sshfs', [...options, `source:${remote}`, mountPoint], { stdio: 'ignore' });
  t.after(async () => {
    // The server first: without it, the processes that hang in the mount are released.
    [...descendantsOf(sshd.pid), ...descendantsOf(mount.pid ?? 0)].forEach(killNow);
    spawnSync('umount', ['-l', mountPoint]); // it may have gone with its server
    mount.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 200));
    rmSync(folder, { recursive: true });
  });
  await until(() => readText('/proc/self/mountinfo').includes(mountPoint));
  const server = () => {
    const below = descendantsOf(sshd.pid);
    return procFiles('cmdline').find(({ pid, text }) => below.includes(pid) && text.includes('sftp-server'))?.pid ?? 0;
  };
  // A signal to process 0 would stop the test itself.
  await until(() => server() > 0);
  return {
    folder,
    mountPoint,
    silence: () => {
      const pid = server();
      process.kill(pid, 'SIGSTOP');
      // A test that fails while the server is stopped would leave it behind: sshd, its parent, has ended by then.
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

describe('a hung network mount', () => {
  test('init writes the mount as a comment with the reason, and all else as ever', async (t) => {
    const { folder, mountPoint, silence } = await mountOverSsh(t, '/srv');
    silence();
    const { status, stdout, stderr, ms } = runBundle('ops-monitor', ['init', '--dry-run', '--streams', mountPoint], {
      ...environmentIn(folder),
      OPS_MONITOR_CONFIG: join(folder, 'config.yaml'),
    });
    assert.equal(status, 0, stderr);
    assert.ok(ms < 30_000, `${ms} ms`);
    assert.match(stdout, /^ {2}root: /m);
    assert.match(
      stdout,
      /^# {3}.*fuse\.sshfs.*did not answer within 8s\n# {3}mount: \{ path: \/srv\/.*network: true \}$/m,
    );
    assert.match(stderr, /\/mount +it did not answer in time$/m);
  });

  test('a hung network mount costs its own reading, the run ends in time, and no second child is started while one hangs', async (t) => {
    const { folder, mountPoint, silence, resume } = await mountOverSsh(t);
    const link = join(folder, 'gates');
    symlinkSync(mountPoint, link);
    const gate = { schema_version: 1, verdict: 'pass', decided_at: new Date().toISOString(), counts: {} };
    writeFileSync(join(mountPoint, 'gate.json'), JSON.stringify(gate));
    writeFileSync(join(mountPoint, 'usage.json'), JSON.stringify({ size_bytes: 100, used_bytes: 25 }));
    const site = siteIn(
      folder,
      `filesystems: { remote: ${mountPoint}, root: / }\nworkspace: { path: ${mountPoint}, usage: { file: ${mountPoint}/usage.json } }\n` +
        `gates: { far: ${link}/gate.json }\npower: { store: ${mountPoint}/power.zarr }\n`,
    );
    const collect = () => {
      const { snapshot, ms } = collectOn(site);
      return {
        remote: itemOf(snapshot, 'filesystems', 'remote'),
        root: itemOf(snapshot, 'filesystems', 'root'),
        gate: itemOf(snapshot, 'gates', 'far'),
        power: snapshot.sections['power'],
        workspace: workspaceIn(snapshot),
        ms,
      };
    };
    const children = join(folder, 'run', 'ops-monitor', 'children', folder, 'state');
    const notes = () => (existsSync(children) ? readdirSync(children) : []);

    const good = collect();
    assert.ok(good.remote.status === 'ok', JSON.stringify(good.remote));
    const { network, type, resolved_path } = good.remote.data;
    assert.deepEqual([network, type, resolved_path], [true, 'fuse.sshfs', mountPoint]);
    assert.deepEqual(notes(), []);

    assert.deepEqual([good.workspace['reached'], good.workspace['used_percent']], [true, 25]);
    assert.equal(good.gate.status, 'ok', JSON.stringify(good.gate));

    silence();
    const hung = collect();
    assert.ok(hung.ms < 60_000, `${hung.ms} ms`);
    assert.equal(hung.root.status, 'ok');
    for (const one of [hung.gate, hung.power])
      assert.equal(one?.status === 'failed' && one.kind, 'timeout', JSON.stringify(one));
    assert.equal(hung.remote.status === 'failed' && hung.remote.kind, 'timeout', JSON.stringify(hung.remote));
    assert.equal(hung.workspace['reached'], false, 'that it hangs is what was read of the workspace');
    assert.match(String(hung.workspace['problem']), /did not answer within 8s/);
    const noted = notes().sort();
    for (const name of ['filesystem-remote.json', 'workspace.json'])
      assert.ok(noted.includes(name), 'the children that hang are noted');
    assert.ok(noted.filter((name) => name.startsWith('read-')).length >= 3, noted.join());
    const { pid } = JSON.parse(readText(join(children, notes()[0] ?? ''))) as { pid: number };
    assert.ok(existsSync(`/proc/${pid}`), 'the child that hangs cannot be killed, and is still there');

    const again = collect();
    assert.equal(again.root.status, 'ok');
    assert.match(
      again.remote.status === 'failed' ? again.remote.reason : '',
      /an earlier attempt still hangs \(process \d+, since .*\); no second one is started/,
    );
    assert.match(
      again.gate.status === 'failed' ? again.gate.reason : '',
      /an earlier attempt still hangs \(process \d+, since .*\); no second one is started/,
    );
    assert.ok(again.ms < hung.ms, 'the second run does not wait for the deadline');

    resume();
    await until(() => !existsSync(`/proc/${pid}`));
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
        `hosts: { source: { ssh: source, ssh-config: ${sshd.config} } }\n`,
        `filesystems: { far: { host: source, path: / }, remote: { host: source, path: ${mountPoint} } }\n`,
        `streams:\n${names.map(stream).join('')}`,
      ].join(''),
    );
    const collect = () => {
      const { snapshot, ms } = collectOn(site);
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
    const there = () => leftBehind().filter(({ command }) => command.includes(mountPoint));

    const good = collect();
    assert.deepEqual(new Set([good.far, good.remote, ...good.streams, ...good.mirrors]), new Set(['ok']));
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
    await until(() => there().length === 0);
    const healed = collect();
    assert.deepEqual(new Set([healed.far, healed.remote, ...healed.streams]), new Set(['ok']));
  });

  /** Processes that our work over ssh has left on the other machine, which is this one. */
  function leftBehind(): { work: string; command: string }[] {
    const commands = new Map(procFiles('cmdline').map(({ pid, text }) => [pid, text]));
    return procFiles('environ').flatMap(({ pid, text }) => {
      const work = /(?:^| )OPS_MONITOR_ALONE=\S+ \d+ \S+ (\S+)/.exec(text)?.[1];
      return work === undefined ? [] : [{ work, command: commands.get(pid) ?? '' }];
    });
  }
});
