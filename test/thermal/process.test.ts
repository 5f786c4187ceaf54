// The beat as a unit runs it: the real bundle, with sensors, programs and watchdogs that hang.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { processesOf } from '../process.ts';
import { readText } from '../world.ts';
import { rawServer, receiver } from './receiver.ts';
import { recordOf, site } from './site.ts';

/** 10 s on an idle machine; without a deadline the run would never end. */
const soon = 40;

/** A site whose temperature is above its limit, with a Sentry and a watchdog that accept everything. */
async function hotSite(t: TestContext) {
  const watchdog = await receiver(t);
  const base = `127.0.0.1:${watchdog.port}`;
  const env = { SENTRY_DSN: `http://abcdef0123456789@${base}/42`, OPS_URL: `http://${base}/ping/abc` };
  const config = 'thermal: { samples: 1, sentry: { dsn: $SENTRY_DSN }, beat: { url: $OPS_URL } }';
  return { watchdog, env, ...site(t, 'arm-board', config) };
}

describe('thermal-heartbeat as a unit runs it', () => {
  test('a FIFO for a sensor, for a label, for a chip’s name and for a zone costs no other reading', async (t) => {
    const { sys, run, textfile } = site(t, 'intel-server');
    const hwmon = join(sys, 'class', 'hwmon');
    for (const path of [
      join(hwmon, 'hwmon3', 'temp2_input'),
      join(hwmon, 'hwmon4', 'temp2_label'),
      join(hwmon, 'hwmon1', 'name'),
      join(sys, 'class', 'thermal', 'thermal_zone4', 'temp'),
    ]) {
      assert.ok(existsSync(path), path);
      rmSync(path);
      execFileSync('mkfifo', [path]);
    }
    const ran = await run();
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(ran.seconds < soon, `it took ${ran.seconds} s`);
    const text = readText(textfile);
    assert.match(text, /chip="platform\/coretemp.0",sensor="Package id 0"\} 65$/m);
    assert.match(text, /chip="platform\/coretemp.0",sensor="Core 0",problem="unreadable"\} 1$/m);
    assert.match(text, /chip="platform\/coretemp.1",sensor="temp2"\} 84$/m, 'without its label it has its number');
    assert.match(text, /chip="hwmon1",sensor="temp",problem="unreadable"\} 1$/m);
    assert.match(text, /chip="pch_lewisburg",sensor="temp",problem="unreadable"\} 1$/m);
  });

  test('a program that hangs costs only its own source: the textfile is written, and the process ends within 10 s', async (t) => {
    const { folder, run, textfile } = site(t, 'arm-board', 'thermal: { sensors: true }');
    // The recorded machine cannot run programs, so this one is the real machine, with a `sensors` of the test's own.
    writeFileSync(join(folder, 'sensors'), '#!/bin/sh\nkill -STOP $$\n', { mode: 0o755 });
    writeFileSync(join(folder, 'config.yaml'), `files: { state: ${folder}/state }\nthermal: { sensors: true }\n`);
    const ran = await run({ PATH: `${folder}:${process.env['PATH']}` });
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(ran.seconds > 2 && ran.seconds < soon, `it took ${ran.seconds} s`);
    assert.match(recordOf(ran).problems.join('\n'), /^sensors: no answer within 3 s$/m);
    assert.match(readText(textfile), /^node_thermal_source_success\{source="sensors"\} 0$/m);
    assert.equal(processesOf(join(folder, 'sensors')).length, 0, 'it was left behind');
  });

  test('a silent Sentry beside a silent watchdog: the textfile is written first, and the process ends within 10 s', async (t) => {
    const port = await rawServer(t, undefined);
    const config = 'thermal: { sentry: { dsn: $SENTRY_DSN }, beat: { url: $OPS_URL } }';
    const { run, textfile } = site(t, 'arm-board', config);
    const secret = 'abcdef0123456789';
    const ran = await run({
      SENTRY_DSN: `http://${secret}@127.0.0.1:${port}/42`,
      OPS_URL: `http://127.0.0.1:${port}/ping/${secret}`,
    });
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(ran.seconds < soon, `it took ${ran.seconds} s`);
    assert.match(readText(textfile), /^node_thermal_celsius\{.*\} 86.2$/m);
    assert.equal(recordOf(ran).problems.length, 2, ran.stderr);
    assert.doesNotMatch(ran.stderr + ran.stdout, new RegExp(secret));
  });

  test('--print shows a table also in a pipe, and leaves nothing behind', async (t) => {
    const { run, folder } = site(t, 'two-nvme');
    const ran = await run({}, '--print');
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(ran.stderr, '');
    assert.match(ran.stdout, /^SOURCE +CHIP +SENSOR +READING +LIMIT$/m);
    assert.match(
      ran.stdout,
      /^hwmon +pci0000:00\/0000:00:1d.0\/0000:03:00.0 +Composite +44.8 C +NVMe disk, above 70 C$/m,
    );
    assert.deepEqual(readdirSync(folder).sort(), ['cache', 'config.yaml', 'machine']);
  });

  test('a dry run sends nothing, and prints what would be sent', async (t) => {
    const { watchdog, env, run, folder } = await hotSite(t);
    const ran = await run(env, '--dry-run');
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(watchdog.received, []);
    assert.match(ran.stderr, /^would write .*thermal\.prom/m);
    const [event = '', ...beats] = ran.stdout.trimEnd().split('\n').reverse();
    assert.match(
      event,
      /^would send an event \(warning\): CPU package on thermal\/cpu_thermal is at 86\.2 C \(above 85 C\)$/,
    );
    assert.deepEqual(
      beats.map((line) => line.replace(/: CPU package.*/, '')),
      ['would notify healthchecks: success', 'would notify sentry (thermal-heartbeat): success'],
    );
    assert.deepEqual(readdirSync(folder).sort(), ['cache', 'config.yaml', 'machine']);
  });

  test('a textfile that cannot be written fails the beat, and the watchdog gets the failure', async (t) => {
    const watchdog = await receiver(t);
    const { run, folder } = site(t, 'arm-board', 'thermal: { beat: { url: $OPS_URL } }');
    mkdirSync(join(folder, 'state', 'textfiles', 'thermal.prom'), { recursive: true });
    const ran = await run({ OPS_URL: `http://127.0.0.1:${watchdog.port}/ping/abc` });
    assert.equal(ran.code, 1);
    assert.deepEqual(
      watchdog.received.map(({ path }) => path),
      ['/ping/abc/fail'],
    );
    assert.match(ran.stderr, /writing .*thermal\.prom failed/);
    assert.match(watchdog.received[0]?.body ?? '', /writing .*thermal\.prom failed: EISDIR/);
  });

  test('a beat that cannot write its state fails, and the watchdogs get the reason', async (t) => {
    const { watchdog, env, run, folder, textfile } = await hotSite(t);
    // A file in place of the folder of the state.
    writeFileSync(join(folder, 'run'), '');
    for (let beats = 0; beats < 2; beats++) {
      const ran = await run(env);
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(recordOf(ran).problems.join('\n'), /writing .*thermal_state\.json failed: ENOTDIR/);
    }
    assert.match(readText(textfile), /^node_thermal_celsius\{.*\} 86.2$/m, 'it is above its limit');
    assert.deepEqual(
      watchdog.received.map(({ path = '' }) => path.replace(/\/abcdef\d+\/$/, '')).sort(),
      ['/api/42/cron/thermal-heartbeat', '/api/42/cron/thermal-heartbeat', '/ping/abc/fail', '/ping/abc/fail'],
      'no event: each beat would take it for the first',
    );
    for (const { path, body } of watchdog.received)
      assert.match(body, path?.includes('/ping/') ? /thermal_state\.json failed: ENOTDIR/ : /"status":"error"/);
  });

  test('the textfile is readable by all, whatever the umask, and replaces a symbolic link in its place', async (t) => {
    const { run, folder, textfile } = site(t, 'arm-board');
    mkdirSync(join(folder, 'state', 'textfiles'), { recursive: true });
    writeFileSync(join(folder, 'other'), 'theirs');
    symlinkSync(join(folder, 'other'), textfile);
    const before = process.umask(0o077);
    const ran = await run().finally(() => process.umask(before));
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(statSync(textfile).mode & 0o777, 0o644);
  });

  test('two sites of one user share no state', async (t) => {
    const [hot, cool] = [
      site(t, 'arm-board', 'thermal: { samples: 1 }'),
      site(t, 'two-nvme', 'thermal: { samples: 1 }'),
    ];
    const env = { XDG_RUNTIME_DIR: join(hot.folder, 'run') };
    assert.match(recordOf(await hot.run(env)).problems.join('\n'), /86\.2 C \(above 85 C\)/);
    const { problems } = recordOf(await cool.run(env));
    assert.doesNotMatch(problems.join('\n'), /86\.2 C/, 'what the other site saw');
  });

  test('concurrent beats do not disturb each other', async (t) => {
    const { run, textfile, folder } = site(t, 'intel-server');
    const all = await Promise.all(Array.from({ length: 6 }, () => run()));
    for (const { code, stderr } of all) assert.equal(code, 0, stderr);
    assert.match(readText(textfile), /^node_thermal_heartbeat_seconds \d+$/m);
    assert.deepEqual(readdirSync(dirname(textfile)), ['thermal.prom'], 'nothing is left beside it');
    assert.deepEqual(readdirSync(join(folder, 'run', 'ops-monitor', 'thermal', folder, 'state')), [
      'thermal_state.json',
    ]);
  });
});
