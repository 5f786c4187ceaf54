// node-report as the one file that is copied to nodes.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { environmentIn, root, runBundle, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';

describe('node-report, copied to a node', () => {
  const cases = [['node-report', '--json'], ['--json']];
  for (const argv of cases)
    test(`is one file, which the node runs as ${['ops-monitor', ...argv].join(' ')}`, (t) => {
      const folder = temporaryFolder(t);
      const file = join(folder, 'ops-monitor');
      copyFileSync(join(root, 'dist', 'ops-monitor-node.cjs'), file);
      const { status, stdout, stderr } = runProcess([file, ...argv], environmentIn(folder), folder);
      assert.equal(stderr, '');
      assert.equal(status, 0);
      const report = JSON.parse(stdout) as { version: string; system: { cpu_count: number } };
      assert.equal(report.version, manifest.version);
      assert.ok(report.system.cpu_count > 0);
      assert.deepEqual(readdirSync(folder).sort(), ['cache', 'ops-monitor'], 'it leaves only what its next run needs');
    });

  test('has the level that the ops-monitor of the node sees', (t) => {
    const folder = temporaryFolder(t);
    const env = environmentIn(folder);
    for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(runBundle(stage, [], env).status, 0);
    const { stdout } = runProcess([join(root, 'dist', 'ops-monitor-node.cjs'), '--json'], env, folder);
    const { monitor } = JSON.parse(stdout) as {
      monitor: { overall_level: string; version: string; age_seconds: number };
    };
    assert.equal(monitor.version, manifest.version);
    assert.ok(['green', 'amber', 'red', 'unknown'].includes(monitor.overall_level));
    assert.ok(monitor.age_seconds < 300);
  });

  test('refuses what it cannot do', (t) => {
    const folder = temporaryFolder(t);
    const file = join(root, 'dist', 'ops-monitor-node.cjs');
    const { status, stderr } = runProcess([file, 'status'], environmentIn(folder), folder);
    assert.equal(status, 2);
    assert.match(stderr, /expected options alone; got "status"/);
  });
});
