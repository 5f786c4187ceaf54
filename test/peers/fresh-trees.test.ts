// From the .deb to a monitor that runs, on machines that have nothing but a fresh Debian or Ubuntu, each with its own systemd.
import assert from 'node:assert/strict';
import test, { before, describe } from 'node:test';
import { stages } from '../../lib/cycle/stages.ts';
import { until } from '../world.ts';
import { bootMachine, buildPackage, built, fileIn, inside, state } from '../real/package-site.ts';
import { freshTree, releases } from './trees.ts';

describe('a fresh machine', () => {
  before(buildPackage);

  for (const release of releases)
    test(`${release}: two commands from the package to a status without a failed stage`, async (t) => {
      const machine = await bootMachine(t, freshTree(release));
      const { run, must, script, isThere } = machine;

      const began = performance.now();
      const installed = run('apt-get', 'install', '-y', inside(fileIn(built, '.deb')));
      assert.equal(installed.status, 0, installed.stdout + installed.stderr);
      const status = must('ops-monitor', 'status');
      const seconds = (performance.now() - began) / 1000;
      t.diagnostic(`${release}, ${must('systemctl', '--version').split('\n', 1)[0]}: ${seconds.toFixed(1)} s`);

      // How busy this machine is decides about the load, and so about the overall level.
      assert.match(status, /● (GREEN|AMBER|RED) +snapshot \d+s ago/);
      assert.match(status, /^ +collect-snapshot +ok /m);
      assert.ok(seconds < 60, `${seconds} s`);
      await until(() => isThere(`${state}/stages/build-dashboard.json`));
      await machine.settle();
      script('systemctl start ops-monitor-daily.service');
      for (const { name } of stages) {
        const { outcome, problems } = machine.recordOf(name);
        assert.equal(outcome, 'ok', `${name}: ${problems.join('\n')}`);
      }
      const units = ['ops-monitor-cycle', 'ops-monitor-hourly', 'ops-monitor-daily', 'thermal-heartbeat'];
      const verified = run('systemd-analyze', '--man=no', 'verify', ...units.map((unit) => `${unit}.service`));
      assert.equal(verified.stdout + verified.stderr, '');

      // The script asks this systemd, too, how the unit ended.
      script('systemctl stop "ops-monitor-*.timer"; mv /usr/lib/ops-monitor/bin/node /srv');
      run('systemctl', 'start', 'ops-monitor-cycle.service');
      await machine.settle();
      script('mv /srv/node /usr/lib/ops-monitor/bin');
      assert.match(machine.recordOf('write-report').problems.join(), /could not start.*systemd says exit-code 203 /);

      assert.equal(run('apt-get', 'purge', '-y', 'ops-monitor').status, 0);
      assert.ok(!isThere(state) && !isThere('/etc/ops-monitor'));
    });
});
