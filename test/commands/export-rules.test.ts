// The rules for Prometheus that `export-rules` prints.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import { assertGolden } from '../golden.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';

describe('commands/export-rules', () => {
  const run = (folder: string, ...argv: string[]) =>
    runProcess([process.execPath, join(root, 'dist', 'export-rules.cjs'), ...argv], environmentIn(folder));

  test('without a configuration it prints the rules that are delivered', (t) => {
    const { status, stdout } = run(temporaryFolder(t));
    assert.equal(status, 0);
    assertGolden(join(root, 'ops', 'prometheus', 'rules', 'limits.yml'), stdout);
  });

  test('the rules have the limits of the configuration, and ask for the instances that are named', (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'config.yaml');
    writeFileSync(
      file,
      'interval: 10m\nlimits: { inodes: { red: 95% }, load: { amber: 3.5 }, snapshot: { intervals: 2 }, heartbeat: { amber: 1h } }\n',
    );
    const { status, stdout } = run(folder, '--config', file, '--instance', 'vm7:\\d+|"x"');
    assert.equal(status, 0);
    assert.ok(stdout.startsWith(`# Made by ops-monitor export-rules from ${file}.\n`));
    const { groups } = parse(stdout) as { groups: { rules: { alert: string; expr: string; for: string }[] }[] };
    const rules = Object.fromEntries((groups[0]?.rules ?? []).map((rule) => [rule.alert, rule]));
    const of = String.raw`{instance=~"vm7:\\d+|\"x\""}`;
    assert.equal(rules['OpsMonitorSnapshotOld']?.expr, `time() - ops_monitor_snapshot_timestamp_seconds${of} > 1200`);
    assert.equal(rules['OpsMonitorSnapshotOld']?.for, '600s');
    assert.match(rules['OpsMonitorHeartbeatNotAccepted']?.expr ?? '', / > 3600$/);
    assert.match(rules['InodesHigh']?.expr ?? '', / >= 95 unless /);
    assert.match(rules['LoadHigh']?.expr ?? '', /^node_load5\{.* > 3\.5 unless /);
    assert.match(rules['InodesHigh']?.expr ?? '', /files\{instance=~.*, fstype!~/);
  });

  test('machines that have another configuration are left out', (t) => {
    const { stdout } = run(temporaryFolder(t), '--except', 'vm7:.*');
    const expressions = stdout.match(/expr: .*/g) ?? [];
    assert.equal(expressions.length, 5);
    for (const expression of expressions) assert.match(expression, /\{instance!~"vm7:\.\*"/);
  });

  test('a pattern of instances that Prometheus does not know is refused', (t) => {
    for (const pattern of ['vm(', '(?!vm7).*', String.raw`(a)\1`]) {
      const { status, stderr } = run(temporaryFolder(t), '--instance', pattern);
      assert.equal(status, 2);
      assert.ok(stderr.includes(`--instance ${JSON.stringify(pattern)} is not a regular expression`), stderr);
    }
  });
});
