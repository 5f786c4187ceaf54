// The thermal heartbeat with what checks its files and what runs it: promtool and systemd.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { installPackages, promtoolOf } from './packages.ts';
import { siteIn } from './stages.ts';

const machines = join(root, 'test', 'thermal', 'machines');
const unitFolder = join(root, 'systemd');

const beatOf = (t: TestContext, machine: string) => {
  const folder = join(machines, machine);
  const own = temporaryFolder(t);
  const site = siteIn(own, `hosts: { local: { folder: ${folder} } }\n`);
  assert.equal(site.run('thermal-heartbeat').status, 0, machine);
  return join(site.state, 'textfiles', 'thermal.prom');
};

describe('thermal-heartbeat with promtool and systemd', () => {
  test('promtool accepts the textfile of every machine without a word', (t) => {
    const promtool = promtoolOf(t);
    const names = readdirSync(machines);
    assert.ok(names.length >= 5);
    for (const machine of names) {
      const input = readText(beatOf(t, machine));
      assert.deepEqual(promtool(['check', 'metrics'], input), { status: 0, said: '' }, machine);
    }
  });

  test('under a real systemd the timer beats, as the service’s user, in its sandbox, with and without a credential', async (t) => {
    installPackages('lm-sensors');
    const unit = (name: string): [string, string] => [name, readText(join(unitFolder, name))];
    const units = Object.fromEntries([
      unit('thermal-heartbeat.service'),
      // Sooner, so that the test need not wait a minute.
      ['thermal-heartbeat.timer', unit('thermal-heartbeat.timer')[1].replace('0/30', '0/5')],
      unit('nvme-smart-log.service'),
      unit('nvme-smart-log.timer'),
    ]);
    const machine = await bootSystemd(t, units, []);
    const { must } = machine;
    must('systemd-sysusers', '/opt/ops-monitor/systemd/sysusers.d/ops-monitor.conf');
    must('systemd-tmpfiles', '--create', '/opt/ops-monitor/systemd/tmpfiles.d/ops-monitor.conf');
    must('mkdir', '-p', '/etc/ops-monitor', '/etc/credstore');
    const files = 'files: { textfiles: /var/lib/node-exporter/textfile }\n';
    const config = `${files}hosts: { local: { folder: /opt/ops-monitor/test/thermal/machines/amd-desktop } }
thermal: { sentry: { dsn: $SENTRY_DSN } }
`;
    machine.write('/etc/ops-monitor/config.yaml', config);
    must('systemctl', 'start', 'thermal-heartbeat.service');
    const log = (): string => must('journalctl', '-u', 'thermal-heartbeat', '-o', 'cat');
    assert.match(log(), /"problems":\["Sentry is not notified: SENTRY_DSN is not set/);
    const textfile = '/var/lib/node-exporter/textfile/thermal.prom';
    assert.match(machine.read(textfile), /sensor="Tdie"\} 61.125$/m);
    assert.equal(must('stat', '-c', '%U %G %a', textfile).trim(), 'ops-monitor ops-monitor 644');
    assert.equal(
      must('stat', '-c', '%U', '/run/ops-monitor/thermal/var/lib/ops-monitor/thermal_state.json').trim(),
      'ops-monitor',
    );

    machine.write('/etc/credstore/ops-monitor.sentry-dsn', 'http://0123456789abcdef@127.0.0.1:9/42');
    must('systemctl', 'start', 'thermal-heartbeat.service');
    assert.match(log(), /did not take the beat: connect ECONNREFUSED/);
    assert.doesNotMatch(log(), /0123456789abcdef/);

    const beat = (): number => Number(/^node_thermal_heartbeat_seconds (\d+)$/m.exec(machine.read(textfile))?.[1]);
    const before = beat();
    must('systemctl', 'start', 'thermal-heartbeat.timer');
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    assert.ok(beat() >= before + 5, `${before}, then ${beat()}: the timer does not beat`);
    const shown = must('systemctl', 'show', '-P', 'Result', 'thermal-heartbeat.service').trim();
    assert.equal(shown, 'success');
    must('systemctl', 'stop', 'thermal-heartbeat.timer');

    // The kernel's own paths, as the machine itself: of a recording, since this one may have no sensors.
    const sys = '/opt/ops-monitor/test/thermal/machines/intel-server/root/sys';
    for (const part of ['class', 'devices']) must('mount', '--bind', `${sys}/${part}`, `/sys/${part}`);
    machine.write('/etc/ops-monitor/config.yaml', files);
    must('systemctl', 'start', 'thermal-heartbeat.service');
    assert.match(machine.read(textfile), /chip="platform\/coretemp.0",sensor="Package id 0"\} 65$/m);
    assert.match(machine.read(textfile), /chip="acpitz@LNXTHERM:01",sensor="temp"\} 29.8$/m);

    // The real `sensors`, which calls two chips the same and leaves out what it cannot read.
    machine.write('/etc/ops-monitor/config.yaml', `${files}thermal: { sensors: true }\n`);
    must('systemctl', 'start', 'thermal-heartbeat.service');
    assert.match(machine.read(textfile), /source="sensors",chip="coretemp-isa-0001",sensor="Package id 1"\} 91$/m);
    assert.match(machine.read(textfile), /source="sensors",chip="acpitz-\w+-\w+#2",sensor="temp1"\} 29.8$/m);

    // Without a disk there is nothing to ask, and that is no failure.
    must('systemctl', 'start', 'nvme-smart-log.service');
    assert.equal(must('systemctl', 'show', '-P', 'ConditionResult', 'nvme-smart-log.service').trim(), 'no');
  });
});
