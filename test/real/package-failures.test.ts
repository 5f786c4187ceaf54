// Stages of the installed package that fail, hang, are killed or cannot even start: which outlets tell it, and that the others run.
import assert from 'node:assert/strict';
import test, { before, describe } from 'node:test';
import { stages } from '../../lib/cycle/stages.ts';
import { until } from '../world.ts';
import { assertAllOk, installWithQuickTimers, mailsOf, textfiles, unitOf } from './package-quick.ts';
import { buildPackage, config, type PackageMachine, state } from './package-site.ts';

const home = '/usr/lib/ops-monitor';
const cycle = 'ops-monitor-cycle.service';
const inCycle = stages.filter(({ runsEvery }) => runsEvery === 'cycle').map(({ name }) => name);
const subjectsOf = (machine: PackageMachine): string[] =>
  [...mailsOf(machine).matchAll(/^Subject: (.*)\r$/gm)].map(([, subject = '']) => subject);
/** collect-snapshot then takes its whole time. */
const hang = 'workspace: { path: /srv, network: false, usage: { command: [/bin/sleep, "20"] } }\n';
const isCollecting = ({ run }: PackageMachine): boolean =>
  run('test', '-s', `${state}/locks/collect-snapshot.holder`).status === 0;
const notStarted = (result: string): RegExp =>
  new RegExp(`its unit could not start, or ended before it left a record: systemd says ${result} `);

interface Fault {
  readonly says: string;
  readonly stage: string;
  readonly breaks: (machine: PackageMachine) => void;
  /** Once the cycle was started. */
  readonly meanwhile?: (machine: PackageMachine) => Promise<void>;
  readonly mends: (machine: PackageMachine) => void;
  readonly words: RegExp;
}

/** `good` is the configuration. */
const faultsOf = (good: string): readonly Fault[] => [
  {
    says: 'exits with 1',
    stage: 'collect-snapshot',
    breaks: ({ script }) => script(`chown root ${state}/raw`),
    mends: ({ script }) => script(`chown ops-monitor ${state}/raw`),
    words: /EACCES/,
  },
  {
    says: 'hangs until the timeout of its unit',
    stage: 'collect-snapshot',
    breaks: ({ write, edit }) => {
      write(config, good + hang);
      edit(unitOf('collect-snapshot'), '[Service]\nTimeoutStartSec=2\n');
    },
    mends: ({ write, revert }) => {
      write(config, good);
      revert(unitOf('collect-snapshot'));
    },
    words: /the run was killed/,
  },
  {
    says: 'is killed by signal 9',
    stage: 'collect-snapshot',
    breaks: ({ write }) => write(config, good + hang),
    meanwhile: async (machine) => {
      await until(() => isCollecting(machine));
      machine.script(`systemctl kill --signal=KILL ${unitOf('collect-snapshot')}`);
    },
    mends: ({ write }) => write(config, good),
    words: /the run was killed/,
  },
  {
    says: 'has a damaged bundle',
    stage: 'assess-health',
    breaks: ({ script }) => script(`cd ${home}/dist; cp -p assess-health.cjs /srv; truncate -s 1000 assess-health.cjs`),
    mends: ({ script }) => script(`cp -p /srv/assess-health.cjs ${home}/dist`),
    words: notStarted('exit-code 1'),
  },
  {
    says: 'finds no Node',
    stage: 'collect-snapshot',
    breaks: ({ edit }) => edit(unitOf('collect-snapshot'), '[Service]\nExecStart=\nExecStart=/nonexistent/node\n'),
    mends: ({ revert }) => revert(unitOf('collect-snapshot')),
    words: notStarted('exit-code 203'),
  },
];

describe('stages of the installed package that fail', () => {
  before(buildPackage);

  test('status, explain, the textfile and a mail tell it, and every other stage does its work', async (t) => {
    const machine = await installWithQuickTimers(t);
    const { script, run, recordOf } = machine;
    script(`systemctl start ${cycle}`);
    const faults = faultsOf(machine.read(config));
    assert.ok(faults.length >= 5);
    for (const { says, stage, breaks, meanwhile, mends, words } of faults) {
      const before = new Map(inCycle.map((name) => [name, recordOf(name).started_at]));
      const mails = subjectsOf(machine).length;
      breaks(machine);
      script(`systemctl start --no-block ${cycle}`);
      await meanwhile?.(machine);
      await machine.settle();

      const when = `when ${stage} ${says}`;
      for (const name of inCycle.filter((one) => one !== stage)) {
        const { outcome, started_at } = recordOf(name);
        assert.ok(outcome === 'ok' && started_at > (before.get(name) ?? ''), `${name} did not run ${when}`);
      }
      assert.match(run('ops-monitor', 'status').stdout, new RegExp(`^ +${stage} +failed `, 'm'), when);
      const textfile = machine.read(`${textfiles}/ops_monitor_cycle.prom`);
      assert.match(textfile, new RegExp(`^ops_monitor_stage_success\\{stage="${stage}"\\} 0$`, 'm'), when);
      assert.match(subjectsOf(machine).slice(mails).join(), new RegExp(`ALERT.*${stage}`), when);
      assert.match(mailsOf(machine), words, when);
      // assess-health does not judge itself.
      if (stage !== 'assess-health') {
        const explained = script(`ops-monitor explain stage-outcome:${stage}`);
        assert.match(explained, /level +red/, when);
        assert.match(explained, words, when);
      }

      mends(machine);
      script(`systemctl start ${cycle}`);
      assertAllOk(machine);
    }
  });

  test('without Node every stage leaves a record and a line in the journal, and a stage that waits for a lock leaves neither', async (t) => {
    const machine = await installWithQuickTimers(t);
    const { script, run, recordOf } = machine;
    script(`systemctl start ${cycle}`);
    const errors = (): string[] =>
      script('journalctl -p err -o cat -t ops-monitor-failed')
        .trim()
        .split('\n')
        .filter((line) => line.includes('.service'));
    assert.deepEqual(errors(), []);

    const good = machine.read(config);
    machine.write(config, good + hang);
    script('systemd-run --quiet --uid=ops-monitor --unit=by-hand ops-monitor collect-snapshot');
    await until(() => isCollecting(machine));
    const before = machine.read(`${state}/stages/collect-snapshot.json`);
    assert.notEqual(run('systemctl', 'start', unitOf('collect-snapshot')).status, 0);
    await machine.settle();
    assert.equal(script(`systemctl show -P ExecMainStatus ${unitOf('collect-snapshot')}`).trim(), '75');
    assert.equal(machine.read(`${state}/stages/collect-snapshot.json`), before);
    assert.deepEqual(errors(), []);
    script('systemctl stop by-hand');
    machine.write(config, good);

    const daily = recordOf('prune-files');
    script(`mv ${home}/bin/node /srv`);
    run(
      'systemctl',
      'start',
      cycle,
      'ops-monitor-hourly.service',
      'ops-monitor-daily.service',
      'thermal-heartbeat.service',
    );
    await machine.settle();
    const names = [...stages.map(({ name }) => name), 'thermal-heartbeat'];
    for (const name of names) {
      const { outcome, problems } = recordOf(name);
      assert.equal(outcome, 'failed', name);
      assert.match(problems.join(), notStarted('exit-code 203'));
    }
    const { every_seconds, last_success_at } = recordOf('prune-files');
    assert.deepEqual([every_seconds, last_success_at], [daily.every_seconds, daily.last_success_at]);
    assert.equal(errors().length, names.length);
    script(`find ${state}/stages -type f ! -perm 644 -o ! -user ops-monitor | { ! grep .; }`);

    assert.match(run('dpkg', '--verify', 'ops-monitor').stdout, /^missing +\S*\/bin\/node$/m);
    script(`mv /srv/node ${home}/bin`);
    const status = run('ops-monitor', 'status').stdout;
    for (const name of names) assert.match(status, new RegExp(`^ +${name} +failed `, 'm'));
    script(`systemctl start ${cycle} ops-monitor-hourly.service ops-monitor-daily.service thermal-heartbeat.service`);
    assertAllOk(machine);
  });
});
