// The results of run-boot, test-metrics and watch-services in snapshot, health, report, archive and page, by the very lines of
// configuration that their documentation gives. Everything runs as installed, on this machine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import type { Health } from '../../lib/health/files.ts';
import { makeSite } from '../commands/site.ts';
import { environmentIn, killNow, root, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const junit = `<testsuite name="unit" tests="2"><testcase classname="a" name="one" time="0.1"/>
<testcase classname="a" name="two" time="0.2"><failure message="no"/></testcase></testsuite>`;

/** The example under the heading about the snapshot, with the state folder of this test. */
function exampleOf(page: string, state: string): Record<string, object> {
  const [, rest = ''] = readText(join(root, 'ops', 'docs', page)).split('## In snapshot, report, archive and page');
  const yaml = /```yaml\n([\s\S]*?)```/.exec(rest)?.[1] ?? assert.fail(`${page} has no example`);
  assert.ok(yaml.trim().split('\n').length <= 4 && yaml.includes('/var/lib/ops-monitor/'), yaml);
  return parse(yaml.replaceAll('/var/lib/ops-monitor', state)) as Record<string, object>;
}

describe('cycle/host-tools', () => {
  test('boots, test results and watched services are in snapshot, health, report, archive and page', (t) => {
    const folder = temporaryFolder(t);
    const state = join(folder, 'state');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)', `mark-${folder}`], { stdio: 'ignore' });
    t.after(() => killNow(child.pid ?? 0));
    writeFileSync(join(folder, 'junit.xml'), junit);
    const [boot, tests] = [exampleOf('boot.md', state), exampleOf('test-metrics.md', state)];
    const config = {
      files: { state },
      filesystems: { root: '/' },
      boot: { components: { db: { start: ['true'] }, app: { start: ['false'], after: ['db'] } } },
      'test-results': { unit: join(folder, 'junit.xml') },
      watchdog: {
        services: {
          api: { 'command-line': `*mark-${folder}`, limits: { threads: 1 }, hold: '0s' },
          gone: { 'command-line': `*unmarked-${folder}`, hold: '0s' },
        },
      },
      ...boot,
      metrics: { ...boot['metrics'], ...tests['metrics'] },
    };
    const file = join(folder, 'config.yaml');
    writeFileSync(file, JSON.stringify(config));
    for (const tool of ['run-boot', 'test-metrics', 'watch-services', 'run-cycle']) {
      const { status, stderr } = runBundle(tool, ['--config', file], environmentIn(folder));
      assert.equal(status, 0, `${tool}: ${stderr}`);
    }

    const { observations } = JSON.parse(readText(join(state, 'health', 'latest_health.json'))) as Health;
    const levels = Object.fromEntries(observations.map(({ id, level }) => [id, level]));
    const expected = {
      'gate-verdict:boot': 'red',
      'gate-age:boot': 'green',
      'metric-value:boot-seconds': 'green',
      'metric-value:tests-failed': 'red',
      'metric-value:tests-run': 'green',
      'watchdog-alert:api': 'amber',
      'watchdog-alert:gone': 'red',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((id) => [id, levels[id]])), expected);

    const report = readText(join(state, 'health', 'latest_report.md')).replaceAll('\\', '');
    for (const row of [
      /^\| boot \| fail \|/m,
      /^\| boot-seconds \| boot_total_seconds \|/m,
      /^\| tests-failed \| pytest_suite_tests \|[^\n]*suite=unit: 1/m,
      /^\| api \| running \|[^\n]*threads/m,
      /^\| gone \| stopped: /m,
    ])
      assert.match(report, row);

    const archived = new Set(readdirSync(join(state, 'ops_monitor.zarr')));
    for (const variable of [
      'gate_boot_verdict',
      'metric_boot_seconds_values_value',
      'metric_tests_failed_values_suite_unit',
      'watchdog_api_resident_bytes',
      'watchdog_api_threads',
      'watchdog_gone_state',
      'level_watchdog_alert_gone',
    ])
      assert.ok(archived.has(variable), `${variable} is not among ${[...archived].join(' ')}`);

    const page = readdirSync(join(state, 'page'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(json|html)$/.test(name))
      .map((name) => readText(join(state, 'page', name)))
      .join('\n');
    for (const id of Object.keys(expected))
      assert.ok(page.includes(id.split(':')[0] ?? id), `${id} is not on the page`);
  });
});

describe('cycle/gpus', () => {
  test('explain shows one GPU of a node with eight, with the reading of that GPU alone', (t) => {
    const { run } = makeSite(t, 'gpu-node');
    assert.equal(run('run-cycle', '--quiet').status, 0);
    const { stdout } = run('explain', 'gpu-temperature:local.bb:00');
    assert.match(stdout, /^ +why +the temperature of GPU 5 of local \(bb:00\) is 94 C \(red from 93 C\)$/m);
    assert.match(stdout, /^ +read +gpus\.local, at /m);
    assert.match(stdout, /"index": "5"/);
    assert.doesNotMatch(stdout, /"index": "4"/);
  });

  test('collect-snapshot loads what reads GPUs and watched services only on demand', () => {
    const bundle = (name: string): string => readText(join(root, 'dist', `${name}.cjs`));
    assert.match(bundle('lib-snapshot-gpu-cards'), /clocks_throttle_reasons/);
    assert.match(bundle('lib-snapshot-watched-services'), /latest\.json/);
    for (const name of ['collect-snapshot.main', 'assess-health.main', 'send-alerts.main'])
      assert.doesNotMatch(bundle(name), /clocks_throttle_reasons\.active",|watchdog_state|has measured nothing/, name);
  });
});
