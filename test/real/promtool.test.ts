// Prometheus' own tool checks the textfiles and the example rules.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { promtoolOf } from './packages.ts';
import { siteIn, stages } from './stages.ts';

function recordedSite(t: TestContext, machine: string, more = '', prefix: readonly string[] = []) {
  const hosts = join(root, 'test', 'hosts', machine);
  const text = readText(join(hosts, 'config.yaml'));
  return siteIn(temporaryFolder(t), `${text}\nhosts: { local: { folder: ${hosts} } }\n${more}\n`, prefix);
}

function assertFamilies(text: string, families: readonly string[]): void {
  for (const family of families)
    assert.match(text, new RegExp(`^ops_monitor_${family}(\\{.*\\})? [\\d.]+$`, 'm'), family);
}

describe('textfiles and promtool', () => {
  test('promtool accepts the textfile of assess-health, for a healthy and for a sick machine', (t) => {
    const promtool = promtoolOf(t);
    for (const machine of ['healthy', 'sick', 'container']) {
      const site = recordedSite(t, machine);
      for (const stage of [...stages, 'assess-health']) assert.equal(site.run(stage).status, 0, stage);
      const text = readText(join(site.state, 'textfiles', 'ops_monitor_health.prom'));
      assert.deepEqual(promtool(['check', 'metrics'], text), { status: 0, said: '' }, machine);
      const families = 'check_level overall_level snapshot_age_seconds probe_success probe_duration_seconds';
      assertFamilies(text, families.split(' '));
    }
  });

  test('promtool accepts the textfile of the cycle', async (t) => {
    const promtool = promtoolOf(t);
    const server = new Worker(
      `const { createServer } = require('node:http'); const { parentPort } = require('node:worker_threads');
     const s = createServer((q, r) => r.end('OK')).listen(0, '127.0.0.1', () => parentPort.postMessage(s.address().port));`,
      { eval: true },
    );
    t.after(() => server.terminate());
    const port = await new Promise<number>((resolve) => server.once('message', resolve));
    const secret = join(temporaryFolder(t), 'url');
    writeFileSync(secret, `http://127.0.0.1:${port}/ping/1`);
    const site = recordedSite(t, 'healthy', 'heartbeat: { url: $OPS_HEARTBEAT_URL }', [
      'env',
      `OPS_HEARTBEAT_URL_FILE=${secret}`,
    ]);
    for (const stage of [...stages, 'confirm-cycle']) assert.equal(site.run(stage).status, 0, stage);
    const textfiles = join(site.state, 'textfiles');
    const text = readText(join(textfiles, 'ops_monitor_cycle.prom'));
    assert.deepEqual(promtool(['check', 'metrics'], text), { status: 0, said: '' });
    assertFamilies(text, [
      'stage_last_run_timestamp_seconds',
      'stage_last_success_timestamp_seconds',
      'stage_duration_seconds',
      'stage_success',
      'cycle_missing',
      'cycle_confirmed_timestamp_seconds',
      'heartbeat_accepted_timestamp_seconds',
    ]);
  });

  test('the rules about the monitor use exported families only', (t) => {
    const rules = join(root, 'ops', 'prometheus', 'rules', 'ops-monitor.yml');
    const hosts = join(root, 'test', 'hosts', 'healthy');
    const site = siteIn(temporaryFolder(t), `hosts: { local: { folder: ${hosts} } }\n`);
    for (const stage of [...stages, 'send-alerts', 'confirm-cycle']) assert.equal(site.run(stage).status, 0, stage);
    const exported = ['ops_monitor_health.prom', 'ops_monitor_cycle.prom']
      .map((name) => readText(join(site.state, 'textfiles', name)))
      .join('\n');
    const used = new Set(readText(rules).match(/\bops_monitor_\w+(?!\.prom)\b/g));
    used.delete('ops_monitor_health');
    assert.ok(used.size >= 4, [...used].join());
    for (const name of used) assert.match(exported, new RegExp(`^# TYPE ${name} gauge$`, 'm'), name);
  });

  test('promtool rejects a bad textfile', (t) => {
    assert.notEqual(promtoolOf(t)(['check', 'metrics'], 'x_total 1').status, 0);
  });
});
