// The textfile, as Prometheus' own tool sees it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { unpackPackage } from './packages.ts';
import { siteIn, stages } from './stages.ts';

test('promtool accepts the textfile without a word, for the healthiest and for the sickest machine', (t) => {
  const promtool = join(unpackPackage(t, 'prometheus'), 'usr', 'bin', 'promtool');
  for (const machine of ['healthy', 'sick', 'container']) {
    const folder = temporaryFolder(t);
    const hosts = join(root, 'test', 'hosts', machine);
    const site = siteIn(
      folder,
      `${readText(join(hosts, 'config.yaml'))}\nhosts: { local: { folder: ${hosts} } }\nfiles: { state: ${folder}/state }\n`,
    );
    for (const stage of [...stages, 'assess-health']) assert.equal(site.run(stage).status, 0, stage);
    const text = readText(join(site.state, 'textfiles', 'ops_monitor_health.prom'));
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.equal(`${stdout}${stderr}`, '', machine);
    assert.equal(status, 0);
    for (const family of [
      'check_level',
      'overall_level',
      'snapshot_age_seconds',
      'probe_success',
      'probe_duration_seconds',
    ]) {
      assert.match(text, new RegExp(`^ops_monitor_${family}(\\{.*\\})? [\\d.]+$`, 'm'), `${machine}: ${family}`);
    }
  }
});

test('promtool accepts the textfile of the cycle without a word, and no family of it stands in another file', async (t) => {
  const promtool = join(unpackPackage(t, 'prometheus'), 'usr', 'bin', 'promtool');
  const server = new Worker(
    `const { createServer } = require('node:http'); const { parentPort } = require('node:worker_threads');
     const s = createServer((q, r) => r.end('OK')).listen(0, '127.0.0.1', () => parentPort.postMessage(s.address().port));`,
    { eval: true },
  );
  t.after(() => server.terminate());
  const port = await new Promise<number>((resolve) => server.once('message', resolve));
  const folder = temporaryFolder(t);
  const hosts = join(root, 'test', 'hosts', 'healthy');
  const secret = join(folder, 'url');
  writeFileSync(secret, `http://127.0.0.1:${port}/ping/1`);
  const site = siteIn(
    folder,
    `${readText(join(hosts, 'config.yaml'))}\nhosts: { local: { folder: ${hosts} } }\nfiles: { state: ${folder}/state }\nheartbeat: { url: $OPS_HEARTBEAT_URL }\n`,
    ['env', `OPS_HEARTBEAT_URL_FILE=${secret}`],
  );
  for (const stage of [...stages, 'confirm-cycle']) assert.equal(site.run(stage).status, 0, stage);
  const textfiles = join(site.state, 'textfiles');
  const text = readText(join(textfiles, 'ops_monitor_cycle.prom'));
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
  for (const family of [
    'stage_last_run_timestamp_seconds',
    'stage_last_success_timestamp_seconds',
    'stage_duration_seconds',
    'stage_success',
    'cycle_missing',
    'cycle_confirmed_timestamp_seconds',
    'heartbeat_accepted_timestamp_seconds',
  ]) {
    assert.match(text, new RegExp(`^ops_monitor_${family}(\\{.*\\})? [\\d.]+$`, 'm'), family);
  }
  const families = readdirSync(textfiles).flatMap((name) =>
    [...readText(join(textfiles, name)).matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]),
  );
  assert.ok(families.length >= 12, `${families.length}`);
  assert.equal(new Set(families).size, families.length, 'a family stands in two files');
});

test('the example rules speak when they should, and ask for nothing that is not exported', (t) => {
  const promtool = join(unpackPackage(t, 'prometheus'), 'usr', 'bin', 'promtool');
  const rules = join(root, 'ops', 'prometheus', 'ops-monitor.rules.yml');
  for (const argv of [
    ['check', 'rules', rules],
    ['test', 'rules', join(root, 'test', 'real', 'ops-monitor.rules.test.yml')],
  ]) {
    const { status, stdout, stderr } = spawnSync(promtool, argv, { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}${stderr}`);
  }
  const folder = temporaryFolder(t);
  const hosts = join(root, 'test', 'hosts', 'healthy');
  const site = siteIn(folder, `hosts: { local: { folder: ${hosts} } }\nfiles: { state: ${folder}/state }\n`);
  for (const stage of [...stages, 'send-alerts', 'confirm-cycle']) assert.equal(site.run(stage).status, 0, stage);
  const exported = ['ops_monitor_health.prom', 'ops_monitor_cycle.prom']
    .map((name) => readText(join(site.state, 'textfiles', name)))
    .join('\n');
  const used = new Set(readText(rules).match(/\bops_monitor_\w+(?!\.prom)\b/g));
  used.delete('ops_monitor_health');
  assert.ok(used.size >= 4, [...used].join());
  for (const name of used) assert.match(exported, new RegExp(`^# TYPE ${name} gauge$`, 'm'), name);
});

test('promtool would complain of a bad one', (t) => {
  const promtool = join(unpackPackage(t, 'prometheus'), 'usr', 'bin', 'promtool');
  const { status } = spawnSync(promtool, ['check', 'metrics'], { input: 'x_total 1', encoding: 'utf8' });
  assert.notEqual(status, 0);
});
