// Inputs of hostile or unlucky users: each of them once broke something.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, root, runBundle } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const dist = join(root, 'dist');
const stages = ['collect-snapshot', 'assess-health', 'write-report'];

function makeSite(t: TestContext, text = '', env: Record<string, string | undefined> = {}) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  writeFileSync(config, `${text}\nfiles: { state: ${state} }\n`);
  const all = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config, ...env };
  const run = (...argv: string[]) => runBundle('ops-monitor', argv, all);
  return { folder, config, state, run, env: all };
}

const latestIn = (state: string) => join(state, 'raw', 'latest.json');
const healthIn = (state: string) =>
  JSON.parse(readText(join(state, 'health', 'latest_health.json'))) as { overall_level: string };

describe('cycle/hostile', () => {
  test('a name of a built-in property breaks no run, and `__proto__` is refused', (t) => {
    const { run, state } = makeSite(
      t,
      'filesystems: { constructor: /nonexistent, toString: / }\ngit: { valueOf: /nonexistent }',
    );
    for (const _ of [1, 2]) assert.equal(run('collect-snapshot').status, 0);
    const { sections } = JSON.parse(readText(latestIn(state))) as {
      sections: Record<string, { data: Record<string, { status: string }> }>;
    };
    assert.equal(sections['filesystems']?.data['constructor']?.status, 'failed');
    assert.equal(sections['filesystems']?.data['toString']?.status, 'ok');
    const proto = makeSite(t, 'filesystems:\n  __proto__: /nonexistent').run('collect-snapshot');
    assert.equal(proto.status, 2);
    assert.match(proto.stderr, /__proto__ may not be a name/);
  });

  test('a name of a built-in property is no command', (t) => {
    const { run } = makeSite(t);
    for (const word of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const { status, stderr } = run(word);
      assert.equal(status, 2, word);
      assert.match(stderr, /there is no command/);
    }
  });

  test('a password in the configuration is refused, and printed nowhere', (t) => {
    for (const url of ['http://user:hunter2@127.0.0.1:1/', 'HTTP://user:hunter2@127.0.0.1:1/']) {
      const { run } = makeSite(t, `endpoints: { a: "${url}" }`);
      for (const argv of [['collect-snapshot'], ['check-config'], ['assess-health', '--nagios']]) {
        const { status, stdout, stderr } = run(...argv);
        assert.notEqual(status, 0);
        assert.ok(!`${stdout}${stderr}`.includes('hunter2'), `${argv.join(' ')}: ${stdout}${stderr}`);
      }
    }
    const { run } = makeSite(t, 'heartbeat: { url: "https://hc.example.org/ping/secret-token" }');
    const { status, stderr } = run('check-config');
    assert.equal(status, 2);
    assert.match(stderr, /expected the name of an environment variable or credential/);
  });

  test('--nagios answers in one line and with its exit codes, whatever is wrong with the call', (t) => {
    const { run } = makeSite(t);
    for (const argv of [['--bogus'], ['extra'], ['--at'], ['--at', 'never'], ['--config', '/nonexistent']]) {
      const { status, stdout } = run('assess-health', '--nagios', ...argv);
      assert.equal(status, 3, argv.join(' '));
      assert.match(stdout, /^OPS-MONITOR UNKNOWN - [^\n]+\n$/, argv.join(' '));
    }
    run('collect-snapshot');
    assert.match(
      run('assess-health', '--nagios', '--json').stdout,
      /^OPS-MONITOR [^\n|]+\|[^\n|]+\n([a-z]+ [^\n|]+\n)*$/,
    );
  });

  test('--nagios and --at leave no trace in the history', (t) => {
    const { run, state } = makeSite(t);
    run('collect-snapshot');
    // Not which level: that is this machine's, which may be busy.
    assert.match(run('assess-health', '--nagios').stdout, /^OPS-MONITOR /);
    assert.ok(!existsSync(join(state, 'health')), 'asking wrote something');
    run('assess-health');
    run('assess-health', '--at', '2036-01-01');
    const name = readdirSync(join(state, 'health')).find((file) => file.endsWith('.jsonl')) ?? '';
    assert.equal(readText(join(state, 'health', name)).match(/\n/g)?.length, 1);
    assert.equal(healthIn(state).overall_level, 'unknown');
  });

  test('a snapshot with an invalid time is unknown, and an old verdict is reported as old', (t) => {
    const { run, state } = makeSite(t);
    for (const stage of stages) run(stage);
    const snapshot = readText(latestIn(state));
    for (const time of ['garbage', '2026-99-99T00:00:00Z', '']) {
      writeFileSync(latestIn(state), snapshot.replace(/"time_utc": "[^"]*"/, `"time_utc": "${time}"`));
      assert.equal(run('assess-health').status, 0);
      assert.equal(healthIn(state).overall_level, 'unknown', time);
    }
    writeFileSync(latestIn(state), snapshot);
    run('assess-health');
    const path = join(state, 'health', 'latest_health.json');
    writeFileSync(
      path,
      readText(path).replace(/"snapshot_time_utc": "[^"]*"/, '"snapshot_time_utc": "2026-01-01T00:00:00.000000Z"'),
    );
    run('write-report');
    const report = readText(join(state, 'health', 'latest_report.md'));
    assert.match(report, /UNKNOWN\*\* on .*\n\n.* The levels are unknown since /);
    assert.doesNotMatch(report, /GREEN/);
  });

  test('a cycle whose assessment fails shows no earlier verdict', (t) => {
    const { run, state } = makeSite(t);
    assert.match(run('run-cycle').stdout, /● /);
    rmSync(join(state, 'locks', 'assess-health'));
    mkdirSync(join(state, 'locks', 'assess-health'));
    const { status, stdout, stderr } = run('run-cycle');
    assert.notEqual(status, 0);
    assert.doesNotMatch(stdout, /●/);
    assert.match(stderr, /there is no verdict/);
  });

  test('files that somebody put beside ours are left alone', (t) => {
    const { run, state } = makeSite(t);
    run('collect-snapshot');
    const names = ['latest.json.1', 'latest.json.20261119', 'latest.json.1234567'];
    for (const name of names) writeFileSync(join(state, 'raw', name), 'mine');
    mkdirSync(join(state, 'raw', 'latest.json.2'));
    const lines = readdirSync(join(state, 'raw')).find((file) => file.endsWith('.jsonl')) ?? '';
    writeFileSync(join(state, 'raw', `${lines}.1`), 'mine');
    assert.equal(run('collect-snapshot').status, 0);
    for (const name of [...names, `${lines}.1`]) assert.equal(readText(join(state, 'raw', name)), 'mine');
  });

  test('a FIFO, a folder or half a gigabyte in the place of a state file is refused at once', (t) => {
    const { run, state } = makeSite(t);
    mkdirSync(join(state, 'raw'), { recursive: true });
    execFileSync('mkfifo', [latestIn(state)]);
    assert.equal(run('assess-health').status, 0);
    assert.equal(healthIn(state).overall_level, 'unknown');
    rmSync(latestIn(state));
    writeFileSync(latestIn(state), '');
    truncateSync(latestIn(state), 500_000_000);
    assert.equal(run('assess-health').status, 0);
    assert.equal(healthIn(state).overall_level, 'unknown');
  });

  test('a history of one endless line costs no more than its size', (t) => {
    const { run, state } = makeSite(t);
    for (const stage of stages) run(stage);
    const name = readdirSync(join(state, 'health')).find((file) => file.endsWith('.jsonl')) ?? '';
    truncateSync(join(state, 'health', name), 200_000_000);
    const began = performance.now();
    assert.equal(run('write-report').status, 0);
    assert.ok(performance.now() - began < 30_000);
  });

  test('devices and kernel files are refused as a configuration or a folder for files', (t) => {
    const { run } = makeSite(t);
    for (const path of ['/dev/zero', '/proc/kmsg', '/dev'])
      assert.equal(run('collect-snapshot', '--config', path).status, 2, path);
    const inProc = makeSite(t);
    writeFileSync(inProc.config, 'files: { state: /proc/x/y }\n');
    assert.equal(inProc.run('collect-snapshot').status, 2);
    assert.equal(makeSite(t, '', { XDG_RUNTIME_DIR: '/proc/nope' }).run('collect-snapshot').status, 2);
  });

  test('a folder in /tmp that somebody else made first, or a link there, is not trusted', (t) => {
    const bare = { HOME: '/nonexistent', XDG_CACHE_HOME: undefined, XDG_RUNTIME_DIR: undefined };
    const { folder, run, config } = makeSite(t, '', { ...bare, TMPDIR: undefined });
    writeFileSync(config, '{}');
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    symlinkSync(folder, join(temporary, `ops-monitor-${process.getuid?.() ?? 0}`));
    const own = makeSite(t, '', { ...bare, TMPDIR: temporary });
    writeFileSync(own.config, '{}');
    const { status, stderr } = own.run('collect-snapshot');
    assert.equal(status, 2, stderr);
    assert.match(stderr, /must belong to this user and be closed/);
    assert.ok(run('--version').status === 0);
  });

  test('on SIGTERM and Ctrl-C the programs that a stage started end with it', async (t) => {
    const { folder, env } = makeSite(t, 'services: [a.service]');
    writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\necho $$ > ${folder}/pid\nexec sleep 1000\n`, { mode: 0o755 });
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      rmSync(join(folder, 'pid'), { force: true });
      const child = spawn(process.execPath, [join(dist, 'collect-snapshot.cjs')], {
        env: { ...env, PATH: `${folder}:${process.env['PATH']}` },
        stdio: 'ignore',
      });
      await until(() => existsSync(join(folder, 'pid')) && readText(join(folder, 'pid')) !== '');
      child.kill(signal);
      const [status] = (await once(child, 'exit')) as [number | null];
      assert.equal(status, code);
      const pid = readText(join(folder, 'pid')).trim();
      await until(() => !existsSync(`/proc/${pid}`) || !readText(`/proc/${pid}/stat`).includes(') S'));
    }
  });

  test('nothing but text and our own colours reaches the terminal', (t) => {
    const { run } = makeSite(t, 'site: "a\\e[2Jb\\u009b31m\\nc"');
    for (const argv of [['run-cycle'], ['check-config']]) {
      const { stdout, stderr } = run(...argv);
      assert.ok(stdout.length > 100);
      for (const character of ['\u001B', '\u009B']) assert.ok(!`${stdout}${stderr}`.includes(character), argv[0]);
    }
  });

  test('an empty PATH runs nothing of the current folder', (t) => {
    const { folder, env } = makeSite(t, 'services: [a.service]', { PATH: '' });
    writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\ntouch ${folder}/ran\n`, { mode: 0o755 });
    spawnSync(process.execPath, [join(dist, 'collect-snapshot.cjs')], { env, cwd: folder });
    assert.ok(!existsSync(join(folder, 'ran')));
  });
});
