// The package as an administrator meets it: built twice, judged by lintian, installed, upgraded, removed and purged under a
// real systemd.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before, describe } from 'node:test';
import { root } from '../process.ts';
import { temporaryFolder, until } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { installPackages } from './packages.ts';

const state = '/var/lib/ops-monitor';
const config = '/etc/ops-monitor/config.yaml';
const built = join(root, 'dist', 'package');

function must(program: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${argv.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

const build = (folder: string): string => must(process.execPath, '--import', 'tsx', 'scripts/package.ts', folder);
const debIn = (folder: string): string => readdirSync(folder).find((name) => name.endsWith('.deb')) ?? 'no .deb';

describe('the package', () => {
  before(() => {
    installPackages('lintian', 'systemd', 'dbus');
    build(built);
  });

  test('the same commit gives the same bytes', (t) => {
    const again = temporaryFolder(t);
    build(again);
    const names = readdirSync(again).sort();
    assert.deepEqual(
      names.map((name) => name.replace(/[_-]\d.*?(?=\.\w+(\.gz)?$)/, '')),
      ['ops-monitor.tar.gz', 'ops-monitor.deb'],
    );
    for (const name of names)
      assert.ok(readFileSync(join(built, name)).equals(readFileSync(join(again, name))), `${name} differs`);
  });

  test('lintian finds no error in it', () => {
    const said = must(
      'lintian',
      '--allow-root',
      '--tag-display-limit',
      '0',
      '--fail-on',
      'error',
      join(built, debIn(built)),
    );
    assert.doesNotMatch(said, /^E:/m);
  });

  test('one command from the package to a monitor that runs; an upgrade keeps the data; a purge leaves nothing', async (t) => {
    const machine = await bootSystemd(t, {}, []);
    const inside = (path: string): string => path.replace(root, '/opt/ops-monitor');
    const script = (text: string): string => machine.must('sh', '-ec', text);
    const install = (path: string) =>
      machine.run('sh', '-c', `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${path} 2>&1`);
    const isActive = (unit: string): string => machine.run('systemctl', 'is-active', unit).stdout.trim();
    const timers = ['ops-monitor-cycle.timer', 'ops-monitor-hourly.timer'];

    const deb = inside(join(built, debIn(built)));
    const first = install(deb);
    assert.equal(first.status, 0, first.stdout);
    assert.match(first.stdout, /no temperature sensor was found, so thermal-heartbeat.timer stays off/);
    assert.match(first.stdout, /^OPS-MONITOR (OK|WARNING|CRITICAL|UNKNOWN) - .*green/m);
    for (const timer of timers) assert.equal(isActive(timer), 'active', timer);
    assert.equal(isActive('thermal-heartbeat.timer'), 'inactive');
    assert.match(machine.must('ops-monitor', 'explain', 'snapshot-age:snapshot'), /level +green/);
    await until(() => machine.run('test', '-e', `${state}/stages/build-dashboard.json`).status === 0);
    script(`! grep -L '"outcome": *"ok"' ${state}/stages/*.json | grep .`);
  });
});
