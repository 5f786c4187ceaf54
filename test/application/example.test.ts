import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { faults } from '../../ops/examples/application/plant.ts';
import { createMetrics } from '../../lib/application/index.ts';
import { end, freePort, root, runProcess } from '../process.ts';
import { readText, until } from '../world.ts';

const main = join(root, 'ops', 'examples', 'application', 'main.ts');
const page = readText(join(root, 'ops', 'docs', 'application.md'));

describe('the example application', () => {
  test('it shows everything moving, with its faults, and ends by SIGTERM', async (t) => {
    const port = await freePort();
    const argv = [
      '--import',
      'tsx',
      main,
      '--port',
      '0',
      '--metrics-port',
      String(port),
      '--fault',
      'offline',
      '--fault',
      'errors',
    ];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], cwd: root });
    t.after(() => end(child));
    let log = '';
    child.stdout.on('data', (part) => (log += String(part)));
    let text = '';
    await until(async () => {
      text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      );
      return /api_requests_total\{.*status="500"\}/.test(text) && /status="202"/.test(text);
    });
    const names = [...createMetrics({ prefix: 'valtronics' }).registry.getMetricsAsArray()].map(({ name }) => name);
    assert.ok(names.length === 10);
    // Nothing is folded in an application with few labels.
    for (const name of names.filter((one) => !one.endsWith('series_folded_total')))
      assert.match(text, new RegExp(`^${name}(_bucket)?\\{.*\\} [\\d.]+$`, 'm'), name);
    assert.match(text, /^valtronics_devices_total\{status="offline"\} 16$/m);
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null);
    assert.equal(child.exitCode, 0);
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string });
    assert.ok(
      lines.some(({ message }) => message === 'alert created: DevicesOffline: 16 devices are offline, more than 2'),
    );
    assert.equal(lines.at(-1)?.message, 'ended');
  });

  test('a fault that there is not is refused, with those that there are', () => {
    const { status, stderr } = runProcess([process.execPath, '--import', 'tsx', main, '--fault', 'fire']);
    assert.equal(status, 2);
    assert.match(stderr, /there is no fault "fire": errors, slow, offline/);
  });
});

describe('the page about applications', () => {
  test('it names every metric with its type and labels, and no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (counter|gauge|histogram)/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const { registry } = createMetrics({ prefix: 'plant' });
    const there = registry.getMetricsAsArray().map(({ name, type }) => `${name.replace('plant_', '')} ${String(type)}`);
    assert.deepEqual(rows.toSorted(), there.toSorted());
  });

  test('it names every fault of the example with an alert that the rules have', () => {
    const rows = [...page.matchAll(/^\| `([a-z]+)` \| (.*) \| ([A-Za-z]+) \|$/gm)];
    assert.deepEqual(Object.fromEntries(rows.map(([, name, words]) => [name, words])), { ...faults });
    const rules = readText(join(root, 'ops', 'prometheus', 'rules', 'valtronics.yml'));
    for (const [, , , alert] of rows) assert.match(rules, new RegExp(`alert: ${alert}$`, 'm'));
  });
});
