// Runs by different users: a newcomer without root, the service's user, and root by hand in between.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { root } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { asNobody, cloneAsNobody, folderOfNobody, nobody, nogroup } from './nobody.ts';
import { siteIn, stages } from './stages.ts';

describe('users', () => {
  test('in a fresh clone, without root and without a configuration, the README’s two commands work', (t) => {
    const newcomer = cloneAsNobody(t, 'clone', '022');
    const env = { HOME: newcomer.folder, LANG: 'C.UTF-8' };
    newcomer.run('npm ci && npm start', env, /● (GREEN|AMBER|RED|UNKNOWN) {3}/);
    // What depends on whose files and processes they are. test:peers runs all of `npm test` so.
    const parts = 'test/cycle/ test/io/ test/node/ test/watchdog/ test/boot/ test/confirm/ snapshot/checkouts';
    newcomer.run(`npm test -- ${parts}`, env, /^ℹ pass [1-9]\d*\n(.*\n)*ℹ fail 0$/m);
    assert.equal(newcomer.left(), '', 'something was left in the tree');
  });

  test('blanks in the path, umask 077, no HOME and an unknown locale together do not disturb the README’s commands', (t) => {
    const newcomer = cloneAsNobody(t, 'my own clone', '077');
    const temporary = join(newcomer.folder, 'tmp');
    mkdirSync(temporary);
    chownSync(temporary, nobody, nogroup);
    // npm itself needs a folder for its cache.
    const env = { LC_ALL: 'xx_YY.UTF-8', TMPDIR: temporary, npm_config_cache: join(newcomer.folder, 'npm cache') };
    newcomer.run('npm ci && npm start', env, /● (GREEN|AMBER|RED|UNKNOWN) {3}/);
    const state = join(temporary, `ops-monitor-${nobody}`, '.local', 'state');
    assert.ok(existsSync(join(state, 'health', 'latest_health.json')), 'the state does not lie in the private folder');
    // Modes of files, the script on the PATH and caches depend on the surroundings.
    newcomer.run('npm test -- cycle/modes test/cli/ io/files', env, /^ℹ pass [1-9]\d*\n(.*\n)*ℹ fail 0$/m);
    assert.equal(newcomer.left(), '', 'something was left in the tree');
  });

  test('root running a stage by hand leaves nothing that the service’s user cannot replace or append to', (t) => {
    const folder = folderOfNobody(t);
    mkdirSync(join(folder, 'state'));
    chownSync(join(folder, 'state'), nobody, nogroup);
    const byHand = siteIn(folder, '');
    for (const stage of stages) assert.equal(byHand.run(stage).status, 0, stage);
    const owners = readdirSync(join(folder, 'state'), { recursive: true }).map((name) => [
      name,
      statSync(join(folder, 'state', String(name))).uid,
    ]);
    assert.ok(owners.length >= 12);
    assert.deepEqual(
      owners.filter(([, uid]) => uid !== nobody),
      [],
    );
    // What root left in the cache and the runtime folder is root's own business.
    for (const name of ['cache', 'run']) rmSync(join(folder, name), { recursive: true, force: true });
    const service = siteIn(folder, '', asNobody);
    for (const stage of stages) {
      const { status, stderr } = service.run(stage);
      assert.equal(status, 0, `${stage}: ${stderr}`);
    }
  });

  test('root does not run compiled code that another user left in a cache that it was pointed at', (t) => {
    const folder = temporaryFolder(t);
    const site = siteIn(folder, '');
    const kept = join(folder, 'cache', 'ops-monitor', 'compiled', 'check-config.main.cjs');
    mkdirSync(join(folder, 'cache', 'ops-monitor'), { recursive: true });
    assert.equal(site.run('check-config').status, 0);
    chownSync(kept, nobody, nogroup);
    assert.equal(site.run('check-config').status, 0);
    assert.equal(statSync(kept).uid, 0, 'it was made anew, in place of being used');
  });

  test('every command that root runs on another user’s state is that user before it reads anything, and trusts no cache of that user', (t) => {
    const folder = folderOfNobody(t);
    const [state, cache] = [join(folder, 'state'), join(folder, 'cache')];
    for (const path of [state, cache, join(cache, 'ops-monitor')]) {
      mkdirSync(path, { mode: 0o700 });
      chownSync(path, nobody, nogroup);
    }
    // The usage command of a configuration writes down as whom it runs.
    const told = join(state, 'told');
    const config = join(folder, 'config.yaml');
    const usage = `usage: { command: [sh, -c, "id -u >> ${told}; echo used 1"] }`;
    writeFileSync(config, `files: { state: ${state} }\nworkspace: { path: /, ${usage} }\n`);
    const env = { PATH: process.env['PATH'], HOME: folder, XDG_CACHE_HOME: cache, OPS_MONITOR_CONFIG: config };
    const commands = [
      ['collect-snapshot'],
      ['assess-health'],
      ['explain', 'host-load:host'],
      ['check-config'],
      ['check-config', '--try'],
      ['silence'],
      ['record-host', join(state, 'recording')],
      ['rehearse', '--config', config],
      ['archive', 'info'],
      ['run-cycle', '--quiet'],
    ];
    for (const argv of commands) {
      const { stderr } = spawnSync(process.execPath, [join(root, 'dist', 'ops-monitor.cjs'), ...argv], {
        env,
        encoding: 'utf8',
      });
      assert.doesNotMatch(stderr, /^\s+at /m, `${argv.join(' ')}: ${stderr}`);
    }
    const owners = readdirSync(folder, { recursive: true }).map((name) => [
      name,
      lstatSync(join(folder, String(name))).uid,
    ]);
    assert.deepEqual(
      owners.filter(([name, uid]) => uid !== nobody && name !== 'config.yaml'),
      [],
      'root wrote something',
    );
    assert.ok(existsSync(told), 'the usage command did not run');
    assert.doesNotMatch(readFileSync(told, 'utf8'), /^0$/m);
  });

  test('root tries a configuration as the owner of the state, and says so: what that user may not read is a problem', (t) => {
    const folder = folderOfNobody(t);
    mkdirSync(join(folder, 'state'));
    chownSync(join(folder, 'state'), nobody, nogroup);
    const secret = join(folder, 'secret.json');
    writeFileSync(secret, JSON.stringify({ verdict: 'pass', decided_at: new Date().toISOString() }), { mode: 0o600 });
    const text = `files: { state: ${join(folder, 'state')}, raw: /root/raw }\ngates: { own: ${secret} }\n`;
    const { status, stdout } = siteIn(folder, text).run('check-config', '--try');
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^Tried as nobody, who owns \S+\/state, in place of root\.$/m);
    assert.match(stdout, /^problem +line 2 +gates\.own: \S+ cannot be opened by this user: no permission\. Correct/m);
    assert.match(stdout, /^problem +line 1 +files\.raw: this user may not write in \/root\. /m);
    assert.match(stdout, /^OK +line 1 +files\.state: /m);
    chownSync(secret, nobody, nogroup);
    const without = siteIn(folder, text.replace(', raw: /root/raw', '')).run('check-config', '--try');
    assert.equal(without.status, 0, without.stdout);
  });

  test('in somebody else’s state a stage says which folder is whose, whether it ever ran there or not', (t) => {
    const folder = folderOfNobody(t);
    const state = join(folder, 'state');
    const site = siteIn(folder, `files: { state: ${state} }\n`, asNobody);
    for (const found of [state, join(state, 'locks'), join(state, 'locks', 'send-alerts')]) {
      if (found.endsWith('send-alerts')) writeFileSync(found, '');
      else mkdirSync(found);
      const { status, stderr } = site.run('send-alerts');
      assert.equal(status, 1, stderr);
      assert.ok(
        stderr.includes(
          `the lock ${state}/locks/send-alerts cannot be taken: ${found} belongs to the user root, and this is nobody`,
        ),
        stderr,
      );
    }
  });
});
