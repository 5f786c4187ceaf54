// Under a real systemd, in the sandbox of a unit and as a user without rights: what must not be got wrong.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { bootSystemd } from './boot.ts';
import { itemOf, levelsIn, stages } from './stages.ts';
import { root } from '../process.ts';

/** Where a file of this checkout lies in there. */
const inside = (path: string): string => path.replace(root, '/opt/ops-monitor');

const service = (lines: string, install = true): string =>
  `[Service]\n${lines}\n${install ? '[Install]\nWantedBy=multi-user.target\n' : ''}`;
const timer = (lines: string): string => `[Timer]\n${lines}\n[Install]\nWantedBy=timers.target\n`;

const units = {
  'good.service': service('ExecStart=/bin/sleep 100000'),
  'bad.service': service('Type=oneshot\nExecStart=/bin/sh -c "exit 3"'),
  'loop.service': `[Unit]\nStartLimitIntervalSec=0\n${service('ExecStart=/bin/false\nRestart=always\nRestartSec=200ms')}`,
  'once.service': service('Type=oneshot\nExecStart=/bin/true'),
  'idle.service': service('ExecStart=/bin/sleep 100000'),
  'conditional.service': `[Unit]\nConditionPathExists=/nonexistent\n${service('ExecStart=/bin/sleep 100000')}`,
  'job.service': service('Type=oneshot\nExecStart=/bin/true', false),
  'job.timer': timer('OnCalendar=*:0/5\nAccuracySec=1s'),
  'boot.timer': timer('OnBootSec=1h\nUnit=job.service'),
  // The first touch of /gws would mount it.
  'gws.mount': '[Mount]\nWhat=tmpfs\nWhere=/gws\nType=tmpfs\n',
  'gws.automount': '[Automount]\nWhere=/gws\n[Install]\nWantedBy=multi-user.target\n',
};
const enabled = Object.keys(units).filter((name) => !['job.service', 'gws.mount'].includes(name));

describe('stages in a systemd sandbox', () => {
  test('in a unit’s sandbox, without rights, everything is read as it is, and nothing is woken', async (t) => {
    const machine = await bootSystemd(t, units, enabled);
    const { must } = machine;
    must('systemctl', 'stop', 'idle.service');
    must('mkdir', '-p', '/srv/site');
    must('chown', 'nobody', '/srv/site');
    // Somebody else's checkout: git would call it dubious.
    must('git', 'init', '-q', '-b', 'main', '/srv/checkout');
    const commit = 'git -C /srv/checkout -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m one';
    must(...commit.split(' '));
    const watched = [
      ...Object.keys(units).filter((name) => !name.startsWith('gws.')),
      'missing.service',
      'conditionall.service',
    ];
    machine.write(
      '/srv/site/config.yaml',
      `files: { state: /srv/site/state }\nservices: [${watched.join(', ')}]\nfilesystems: { root: /, gws: /gws/raw }\ngit: { checkout: /srv/checkout }\n`,
    );
    // The hardening that the units will have, as far as it changes what can be seen.
    const sandbox = `User=nobody Group=nogroup ProtectSystem=strict ProtectHome=yes PrivateTmp=yes NoNewPrivileges=yes
    ProtectProc=invisible PrivateDevices=yes ProtectKernelTunables=yes ProtectControlGroups=yes ReadWritePaths=/srv/site
    Environment=HOME=/nonexistent RuntimeDirectory=ops-monitor CacheDirectory=ops-monitor`;
    const properties = sandbox.split(/\s+/).flatMap((property) => ['-p', property]);
    const runStage = (stage: string, ...argv: string[]) => {
      const bundle = join(root, 'dist', `${stage}.cjs`);
      const command = [process.execPath, bundle, '--config', '/srv/site/config.yaml', ...argv];
      return machine.run('systemd-run', '--quiet', '--wait', '--pipe', ...properties, ...command.map(inside));
    };
    for (const stage of stages) {
      const { status, stderr } = runStage(stage);
      assert.equal(status, 0, `${stage}: ${stderr}`);
    }

    const { status, stdout } = runStage('check-config', '--try');
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^Tried as nobody: /m);
    assert.match(stdout, /^OK +line 2 +services: bad\.service is known, failed \(failed\)$/m);
    assert.match(
      stdout,
      /^problem +line 2 +services: systemd knows no missing\.service\. Try: systemctl list-unit-files$/m,
    );
    assert.match(
      stdout,
      /^problem +line 2 +services: systemd knows no conditionall\.service\. Did you mean conditional\.service\?$/m,
    );
    assert.match(stdout, /^cannot tell +line 3 +filesystems\.gws: \/gws\/raw is an automount that nobody has opened/m);
    assert.match(stdout, /^OK +line 4 +git\.checkout: \/srv\/checkout is a checkout, of main at /m);

    const readSnapshot = () => JSON.parse(machine.read('/srv/site/state/raw/latest.json')) as Snapshot;
    const readLevels = () => levelsIn(machine.read('/srv/site/state/health/latest_health.json'));
    const snapshot = readSnapshot();
    const services = snapshot.sections['services'];
    assert.equal(services?.status, 'ok', JSON.stringify(services));
    const read = (services as { data: Record<string, Record<string, unknown>> }).data;
    assert.equal(read['good.service']?.['active_state'], 'active');
    assert.equal(read['bad.service']?.['active_state'], 'failed');
    assert.equal(read['bad.service']?.['exit_status'], 3);
    assert.ok(Number(read['loop.service']?.['restarts']) >= 1);
    assert.equal(read['missing.service']?.['load_state'], 'not-found');
    assert.equal(read['conditional.service']?.['condition_met'], false);
    assert.match(String(read['job.timer']?.['next_run_at']), /^20\d\d-\d\d-\d\dT\d\d:\d[05]:00\.000Z$/);
    const toBootTimer = Date.parse(String(read['boot.timer']?.['next_run_at'])) - Date.parse(snapshot.time_utc);
    assert.ok(Math.abs(toBootTimer) < 3_700_000, 'an hour after the boot of the machine, whose uptime this is');
    assert.ok(read['job.timer']?.['overdue_seconds'] === 0);

    const failed = snapshot.sections['systemd'];
    assert.ok(
      failed?.status === 'ok' && (failed.data as { failed_units: string[] }).failed_units.includes('bad.service'),
    );
    const rootDisk = itemOf(snapshot, 'filesystems', 'root');
    assert.ok(
      rootDisk.status === 'ok' && rootDisk.data['read_only'] === false,
      'ProtectSystem=strict makes no disk read-only',
    );
    const checkout = itemOf(snapshot, 'checkouts', 'checkout');
    assert.ok(checkout.status === 'ok' && checkout.data['branch'] === 'main', JSON.stringify(checkout));
    const gws = itemOf(snapshot, 'filesystems', 'gws');
    assert.equal(gws.status, 'absent', JSON.stringify(gws));
    assert.equal(machine.run('systemctl', 'is-active', 'gws.mount').stdout.trim(), 'inactive', 'looking mounted it');

    const levels = readLevels();
    assert.equal(levels['service-state:good.service'], 'green');
    assert.equal(levels['service-state:bad.service'], 'red');
    assert.equal(levels['service-state:missing.service'], 'red');
    assert.equal(levels['service-state:idle.service'], 'amber');
    assert.equal(levels['service-state:once.service'], 'green', 'a oneshot that ran rests by nature');
    assert.equal(levels['service-state:conditional.service'], 'green', 'its own condition keeps it off');
    assert.equal(levels['service-state:job.timer'], 'green');
    assert.equal(levels['timer-overdue:job.timer'], 'green');
    assert.equal(levels['host-failed-units:host'], 'amber');

    // Restarts between two snapshots make a loop.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(runStage(stage).status, 0, stage);
    assert.equal(readLevels()['service-restarts:loop.service'], 'red');

    // Somebody opens the automount: now it is a filesystem like another.
    must('ls', '/gws');
    assert.equal(runStage('collect-snapshot').status, 0);
    const now = itemOf(readSnapshot(), 'filesystems', 'gws');
    // /gws/raw is not there, which is told, and is no usage of /gws.
    assert.equal(now.status, 'failed', JSON.stringify(now));
    must('mkdir', '/gws/raw');
    assert.equal(runStage('collect-snapshot').status, 0);
    const made = itemOf(readSnapshot(), 'filesystems', 'gws');
    assert.ok(made.status === 'ok' && made.data['type'] === 'tmpfs', JSON.stringify(made));
  });
});
