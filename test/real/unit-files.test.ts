// Every file of systemd/, as systemd-analyze judges it: without a complaint, and with no more rights than it needs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before, describe, type TestContext } from 'node:test';
import { stages } from '../../lib/cycle/stages.ts';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { installPackages } from './packages.ts';

const source = join(root, 'systemd');
const files = readdirSync(source).filter((name) => /\.(service|timer)$/.test(name));
/** What each template is started as. */
const instances: Readonly<Record<string, readonly string[]>> = {
  'ops-monitor@.service': [...stages.map(({ name }) => name), 'fleet-snapshot'].map(
    (name) => `ops-monitor@${name}.service`,
  ),
  'ops-monitor-failed@.service': ['ops-monitor-failed@collect-snapshot.service'],
};
const units = files.flatMap((file) => (file.includes('@.') ? (instances[file] ?? []) : [file]));
const example = 'sentry-dsn-from-ssm.service';
const services = units.filter((name) => name.endsWith('.service'));

/** The highest exposure, from 0 to 10, by what a unit needs beyond its own files. */
const limits = { nothing: 0.4, network: 1.1, networkHomesAndProcesses: 1.5, processes: 1.3, rootForDevices: 1.2 };
const needs: Readonly<Record<string, keyof typeof limits>> = {
  'ops-monitor@collect-snapshot.service': 'networkHomesAndProcesses',
  'ops-monitor@send-alerts.service': 'network',
  'ops-monitor@confirm-cycle.service': 'network',
  'ops-monitor@fleet-snapshot.service': 'network',
  'ops-monitor-dashboard.service': 'network',
  'thermal-heartbeat.service': 'network',
  'nvme-smart-log.service': 'rootForDevices',
  'ops-monitor-watchdog.service': 'processes',
  'ops-monitor-push.service': 'network',
  'ops-monitor-rehearsal.service': 'network',
};

/** The units as they are installed, except that their programs lie in this checkout. */
function analyzer(t: TestContext) {
  const folder = temporaryFolder(t);
  cpSync(source, folder, { recursive: true });
  copyFileSync(join(root, 'ops', 'examples', example), join(folder, example));
  for (const name of files)
    writeFileSync(join(folder, name), readText(join(folder, name)).replaceAll('=/opt/ops-monitor/', `=${root}/`));
  const analyze = (...argv: string[]) =>
    spawnSync('systemd-analyze', ['--man=no', '--no-pager', ...argv], {
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
      encoding: 'utf8',
    });
  return { folder, analyze };
}

describe('the unit files', () => {
  before(() => {
    installPackages('systemd');
    assert.ok(files.length >= 13 && services.length >= 16, units.join());
    for (const file of files.filter((name) => name.includes('@.'))) assert.ok(instances[file], `instances of ${file}`);
    for (const name of Object.keys(needs)) assert.ok(services.includes(name), `${name} is no unit`);
  });

  test('systemd-analyze verify finds nothing to say about any unit', (t) => {
    const { analyze } = analyzer(t);
    for (const unit of [...units, example]) {
      const { status, stdout, stderr } = analyze('verify', unit);
      assert.equal(`${status} ${stdout}${stderr}`, '0 ', unit);
    }
  });

  test('systemd-analyze security scores each service at most 0.4, with network 1.1', (t) => {
    const { folder, analyze } = analyzer(t);
    const scores = services.map((unit) => {
      const { stdout, stderr } = analyze('security', '--offline=true', join(folder, unit));
      const score = Number(/exposure level for \S+: ([\d.]+) /.exec(stdout)?.[1]);
      return { unit, score, words: stdout.split('\n').at(-2) ?? stderr };
    });
    for (const { unit, score, words } of scores)
      assert.ok(score <= limits[needs[unit] ?? 'nothing'], `${unit}: ${words}`);
    // A unit that became stricter gets the lower limit.
    for (const unit of Object.keys(needs))
      assert.ok((scores.find((one) => one.unit === unit)?.score ?? 0) > limits.nothing, `${unit} needs no exception`);
  });

  test('each timer has its service, and each page that a unit names is there', () => {
    // systemd-analyze verify is silent about both.
    const timers = files.filter((name) => name.endsWith('.timer'));
    assert.ok(timers.length >= 5);
    for (const name of timers) {
      const own = /^Unit=(.*)$/m.exec(readText(join(source, name)))?.[1] ?? name.replace('.timer', '.service');
      assert.ok(units.includes(own), `${name} starts ${own}`);
    }
    for (const name of files) {
      const pages = [...readText(join(source, name)).matchAll(/^Documentation=file:\/\/\/opt\/ops-monitor\/(.*)$/gm)];
      assert.ok(pages.length > 0, `${name} names no page`);
      for (const [, page = ''] of pages) assert.ok(existsSync(join(root, page)), `${name}: ${page}`);
    }
  });

  test('no service runs without a timeout, a memory limit, or under the name of another in the journal', () => {
    const identifiers = files
      .filter((name) => name.endsWith('.service'))
      .map((name) => {
        const text = readText(join(source, name));
        // A service that stays up starts at once; systemd's default of 90 s holds for it.
        if (!text.includes('Type=exec')) assert.match(text, /^TimeoutStartSec=\d+$/m, name);
        assert.match(text, /^MemoryMax=/m, name);
        return /^SyslogIdentifier=(.*)$/m.exec(text)?.[1] ?? name;
      });
    assert.equal(new Set(identifiers).size, identifiers.length, identifiers.join());
  });
});
