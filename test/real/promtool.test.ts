// The textfile, as Prometheus' own tool sees it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { readText, temporaryFolder } from '../world.ts';
import { unpackPackage } from './packages.ts';
import { root, siteIn, stages } from './stages.ts';

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
      'stage_last_success_timestamp_seconds',
    ]) {
      assert.match(text, new RegExp(`^ops_monitor_${family}(\\{.*\\})? [\\d.]+$`, 'm'), `${machine}: ${family}`);
    }
  }
});

test('promtool would complain of a bad one', (t) => {
  const promtool = join(unpackPackage(t, 'prometheus'), 'usr', 'bin', 'promtool');
  const { status } = spawnSync(promtool, ['check', 'metrics'], { input: 'x_total 1', encoding: 'utf8' });
  assert.notEqual(status, 0);
});
