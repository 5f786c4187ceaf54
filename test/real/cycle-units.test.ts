// The units of the cycle under a real systemd, installed by the very commands of ops/docs/install.md.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { stages } from '../../lib/cycle/stages.ts';
import { root } from '../process.ts';
import { spansIn } from '../traced.ts';
import { readText, until } from '../world.ts';
import { type Booted, bootSystemd } from './boot.ts';
import { installPackages } from './packages.ts';
import { itemOf, levelsIn } from './stages.ts';

const state = '/var/lib/ops-monitor';
const names = stages.map(({ name }) => name);
const hourly = stages.filter(({ runsEvery }) => runsEvery === 'hourly').map(({ name }) => name);
const inCycle = stages.filter(({ runsEvery }) => runsEvery === 'cycle').map(({ name }) => name);
const timers = [
  'ops-monitor-cycle.timer',
  'ops-monitor-hourly.timer',
  'ops-monitor-daily.timer',
  'thermal-heartbeat.timer',
];
const unitOf = (stage: string): string => `ops-monitor@${stage}.service`;

/** The commands of a section of the page, as one script. What needs the network was done before. */
function commandsOf(heading: string, name = 'install.md'): string {
  const page = readText(join(root, 'ops', 'docs', name));
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const blocks = [...section.matchAll(/^( *)```console\n(.*?)^ *```$/gms)].map(([, indent = '', block = '']) =>
    block
      .split('\n')
      .map((line) => line.slice(indent.length).replace(/^# /, ''))
      .filter((line) => !line.startsWith('apt-get'))
      .join('\n'),
  );
  assert.ok(blocks.length > 0, `${name} has no commands under ${heading}`);
  return blocks.join('\n');
}

interface Machine extends Booted {
  readonly script: (text: string) => string;
  /** Settings for one unit that are stronger than ours. */
  readonly override: (unit: string, text: string) => void;
  readonly restore: () => void;
}

async function installed(t: TestContext): Promise<Machine> {
  const booted = await bootSystemd(t, {}, []);
  const { must } = booted;
  const script = (text: string): string => must('sh', '-ec', `cd /opt/ops-monitor\n${text}`);
  must('ln', '-s', '/opt/ops-monitor/scripts/ops-monitor.sh', '/usr/local/bin/ops-monitor');
  script(commandsOf('By hand: 2. '));
  script(commandsOf('By hand: 3. '));
  return {
    ...booted,
    script,
    override: (unit, text) => {
      must('mkdir', '-p', `/run/systemd/system/${unit}.d`);
      booted.write(`/run/systemd/system/${unit}.d/override.conf`, text);
      must('systemctl', 'daemon-reload');
    },
    restore: () => {
      must('sh', '-c', 'rm -r /run/systemd/system/ops-monitor*.d');
      must('systemctl', 'daemon-reload');
    },
  };
}

interface Run {
  readonly started_at: string;
  readonly ms: number;
  readonly outcome: string;
  readonly problems: string[];
}

const runOf = (machine: Booted, stage: string): Run => JSON.parse(machine.read(`${state}/stages/${stage}.json`)) as Run;
const startOf = (machine: Booted, stage: string): number => Date.parse(runOf(machine, stage).started_at);
const resultOf = (machine: Machine, stage: string): string =>
  machine.must('systemctl', 'show', '-P', 'Result', unitOf(stage)).trim();

/** Waits until no unit is being started: a cycle that a timer began goes on after the timer was stopped. */
const settled = ({ must }: Machine): Promise<void> => until(() => must('systemctl', 'list-jobs').startsWith('No jobs'));

describe('the units of the cycle', () => {
  test('a cycle runs every stage in its order as the service’s user, goes on after those that fail, and never overlaps', async (t) => {
    const machine = await installed(t);
    const { must } = machine;
    machine.script(commandsOf('By hand: 4. '));
    for (const timer of timers) assert.equal(must('systemctl', 'is-active', timer).trim(), 'active', timer);
    must('systemctl', 'stop', ...timers);
    must('systemctl', 'start', 'ops-monitor-daily.service');
    await settled(machine);

    const [first = '', second = '', ...later] = names;
    const endOf = (name: string): number => startOf(machine, name) + runOf(machine, name).ms;
    for (const name of names) {
      const { outcome, problems } = runOf(machine, name);
      assert.equal(outcome, 'ok', `${name}: ${problems.join('\n')}`);
      assert.equal(resultOf(machine, name), 'success', name);
    }
    assert.ok(startOf(machine, second) >= endOf(first), 'assess-health did not wait for the snapshot');
    for (const name of later)
      assert.ok(startOf(machine, name) >= endOf(second), `${name} did not wait for the verdict`);
    for (const name of inCycle.slice(0, -1)) assert.ok(startOf(machine, 'confirm-cycle') >= endOf(name), name);

    // Others may look, and at nothing that has addresses in it.
    const asNobody = (...argv: string[]) =>
      machine.run('setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', ...argv);
    const open = 'health/latest_report.md raw/latest.json stages/send-alerts.json ops_monitor.zarr/zarr.json'.split(
      ' ',
    );
    const textfile = '/var/lib/node-exporter/textfile/ops_monitor_cycle.prom';
    for (const path of [...open.map((one) => `${state}/${one}`), textfile]) {
      assert.equal(asNobody('test', '-r', path).status, 0, `${path} is closed to others`);
      assert.match(must('stat', '-c', '%U %a', path), /^ops-monitor 644$/m, path);
    }
    assert.equal(must('find', state, '!', '-user', 'ops-monitor').trim(), '');
    const closed = must('find', state, '-type', 'd', '!', '-perm', '755', '-printf', '%P %m\\n').trim().split('\n');
    assert.deepEqual(
      closed.filter((line) => !line.startsWith('alerts/outbox')),
      ['locks 700'],
    );
    assert.equal(asNobody('cat', `${state}/alerts/state.json`).status, 1);
    const report = must('ops-monitor', 'explain', 'snapshot-age:snapshot');
    assert.match(report, /level +green/, 'by hand the same files are looked at');

    // One alone.
    const before = names.map((name) => startOf(machine, name));
    must('systemctl', 'start', unitOf(second));
    assert.deepEqual(
      names.filter((name, index) => startOf(machine, name) !== before[index]),
      [second],
    );

    // The hourly stages wait for the verdict of a cycle that runs, and are no part of one.
    must('systemctl', 'start', '--no-block', 'ops-monitor-cycle.service');
    must('systemctl', 'start', 'ops-monitor-hourly.service');
    for (const name of hourly)
      assert.ok(startOf(machine, name) >= endOf(second), `${name} did not wait for the verdict`);
    await settled(machine);
    const starts = hourly.map((name) => startOf(machine, name));

    // The first fails, another is killed, a third hangs.
    machine.override(unitOf(first), '[Service]\nExecStart=\nExecStart=/bin/false\n');
    machine.override(unitOf('write-report'), "[Service]\nExecStart=\nExecStart=/bin/sh -c 'kill -KILL $$$$'\n");
    machine.override(unitOf('send-alerts'), '[Service]\nExecStart=\nExecStart=/bin/sleep 1000\nTimeoutStartSec=1\n');
    const broken = [first, 'write-report', 'send-alerts'];
    must('systemctl', 'start', 'ops-monitor-cycle.service');
    assert.deepEqual(
      broken.map((name) => resultOf(machine, name)),
      ['exit-code', 'signal', 'timeout'],
    );
    for (const [index, name] of names.entries())
      if (inCycle.includes(name) && !broken.includes(name))
        assert.ok(startOf(machine, name) > (before[index] ?? 0), `${name} did not run`);
    const same = hourly.map((name) => startOf(machine, name));
    assert.deepEqual(same, starts, 'a cycle ran an hourly stage');
    machine.restore();
    must('systemctl', 'start', 'ops-monitor-cycle.service');
    for (const name of names) assert.equal(resultOf(machine, name), 'success', name);

    // The timer is quicker than a cycle.
    machine.override('ops-monitor-cycle.timer', '[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nAccuracySec=1ms\n');
    machine.override(unitOf('write-report'), '[Service]\nExecStartPre=/bin/sleep 2\n');
    const since = must('date', '+%s').trim();
    must('systemctl', 'start', 'ops-monitor-cycle.timer');
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    must('systemctl', 'stop', 'ops-monitor-cycle.timer');
    await settled(machine);
    const all = must('journalctl', '-o', 'cat', `--since=@${since}`, '_PID=1')
      .split('\n')
      .flatMap((line) => /^(Starting ops-monitor@collect-snapshot|Finished ops-monitor-cycle)/.exec(line)?.[1] ?? []);
    // The cycle before may have ended in the very second.
    const told = all.slice(all.findIndex((line) => line.startsWith('Starting')));
    assert.ok(told.length >= 6, told.join('\n'));
    for (const [index, line] of told.entries())
      assert.match(line, index % 2 === 0 ? /^Starting/ : /^Finished/, `two cycles at once:\n${told.join('\n')}`);
  });

  test('in its sandbox each stage reaches what it needs: mail, other machines, nodes of a fleet, checkouts, credentials, silences, plugins, metrics', async (t) => {
    installPackages(
      'bsd-mailx',
      'msmtp-mta',
      'openssh-server',
      'openssh-client',
      'git',
      'monitoring-plugins-basic',
      'sudo',
    );
    const machine = await installed(t);
    const { must, write } = machine;

    // A mail server, and another machine, both on the loopback of this one.
    must('mkdir', '/srv/textfiles');
    write('/srv/textfiles/a.prom', 'up{n="1"} 1\n');
    write('/srv/relay.cjs', relay);
    must('systemd-run', '--quiet', '--unit=relay', '/opt/ops-monitor/node_modules/.bin/node', '/srv/relay.cjs');
    must('useradd', '--create-home', '--password', '*', 'probe');
    machine.script('ssh-keygen -A; mkdir -p /run/sshd; /usr/sbin/sshd -o UsePAM=no');
    machine.script(commandsOf('Other machines').replaceAll(/^.* ssh USER@HOST true$/gm, ''));
    machine.script(`set -- $(cat /etc/ssh/ssh_host_ed25519_key.pub); echo "127.0.0.1 $1 $2" > ${state}/.ssh/known_hosts
    install -d -o probe -m 0700 /home/probe/.ssh
    install -o probe -m 0600 ${state}/.ssh/id_ed25519.pub /home/probe/.ssh/authorized_keys
    install -d -o probe /home/checkout; runuser -u probe -- git init -q -b main /home/checkout
    runuser -u probe -- git -C /home/checkout -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m one`);

    machine.script(commandsOf('Mail').replaceAll(/^systemd-run .*$/gm, ''));
    write(`${state}/.msmtprc`, 'account default\nhost 127.0.0.1\nport 2525\nfrom ops@example.org\n');
    write('/etc/credstore/ops-monitor.heartbeat-url', 'http://127.0.0.1:9/secret');
    write(
      '/etc/ops-monitor/config.yaml',
      `${machine.read('/etc/ops-monitor/config.yaml')}
hosts: { other: { ssh: probe@127.0.0.1 } }
filesystems: { root: /, home: /home, other: { host: other, path: / } }
services: [relay.service]
git: { code: /home/checkout }
plugins:
  disk: [/usr/lib/nagios/plugins/check_disk, -w, 0%, -c, 0%, -p, /]
  full: [/usr/lib/nagios/plugins/check_disk, -w, 100%, -c, 100%, -p, /]
  procs: { command: [/usr/lib/nagios/plugins/check_procs, -w, "0:99999"], limits: { procs: { red: "5:" } } }
  relay: [/usr/lib/nagios/plugins/check_tcp, -H, 127.0.0.1, -p, "2525"]
  users: [/usr/lib/nagios/plugins/check_users, -w, "99", -c, "100"]
  far: { host: other, command: [/usr/lib/nagios/plugins/check_dummy, "1", over ssh] }
  rooted: [sudo, -n, "true"]
metrics:
  good: { file: /srv/textfiles/*.prom, family: up, red: "1:" }
  bad: { url: "http://127.0.0.1:9101/metrics", family: up, red: "1:" }
fleet: { watch: [near], environments: { near: { nodes: { self: { ssh: probe@127.0.0.1 } } } } }
heartbeat: { url: $OPS_HEARTBEAT_URL, style: healthchecks }
alerts: { to: [ops@example.org], rules: { storage: { at: 0.0001% } } }
`,
    );
    machine.script(
      commandsOf('Mail')
        .split('\n')
        .find((line) => line.startsWith('systemd-run')) ?? 'false',
    );
    assert.match(machine.read('/srv/mails'), /^Subject: \[TEST my-site\] /m);

    // The node is this machine, as the user of the login may have it reported.
    const program = must('sh', '-c', 'command -v ops-monitor').trim();
    write('/etc/sudoers.d/zz-ops-monitor', `probe ALL=(root) NOPASSWD: ${program} node-report --json\n`);
    must('systemctl', 'start', unitOf('fleet-snapshot'));
    must('systemctl', 'start', 'ops-monitor-cycle.service');
    const snapshot = JSON.parse(machine.read(`${state}/raw/latest.json`)) as Snapshot;
    const self = itemOf(snapshot, 'fleet', 'near.self');
    assert.ok(self.status === 'ok' && self.data['reached'] === true, JSON.stringify(self));
    for (const name of ['root', 'home', 'other']) {
      const found = itemOf(snapshot, 'filesystems', name);
      assert.ok(found.status === 'ok' && found.data['read_only'] === false, JSON.stringify(found));
    }
    const levels = levelsIn(machine.read(`${state}/health/latest_health.json`));
    for (const [id, level] of [
      ['plugin-result:disk', 'green'],
      ['plugin-result:full', 'red'],
      ['plugin-result:procs', 'green'],
      ['plugin-value:procs', 'green'],
      ['plugin-result:relay', 'green'],
      ['plugin-result:users', 'green'],
      ['plugin-result:far', 'amber'],
      // sudo says that its unit forbids it, and its exit code is that of a warning.
      ['plugin-result:rooted', 'amber'],
      ['metric-value:good', 'green'],
      ['metric-value:bad', 'red'],
    ] as const)
      assert.equal(
        levels[id],
        level,
        `${id}: ${JSON.stringify([snapshot.sections['plugins'], snapshot.sections['metrics']])}`,
      );
    const checkout = itemOf(snapshot, 'checkouts', 'code');
    assert.ok(checkout.status === 'ok' && checkout.data['branch'] === 'main', JSON.stringify(checkout));
    const services = snapshot.sections['services'];
    assert.match(JSON.stringify(services), /"status":"ok".*"active"/);
    assert.match(machine.read('/srv/mails'), /^Subject: \[ALERT my-site.*\] /m);
    const told = machine.read(`${state}/confirm/heartbeat.json`);
    assert.match(told, /ECONNREFUSED/, told);
    assert.doesNotMatch(told, /secret/);

    // The groups of an operator are not the service's.
    machine.script(commandsOf('Who may silence'));
    must('useradd', '-G', 'operators', 'duty');
    const asOperator = ['setpriv', '--reuid=duty', '--regid=duty', '--init-groups', '--reset-env'];
    must(...asOperator, 'ops-monitor', 'silence', 'storage:home', '--for', '1h', '--reason', 'a test');
    must('systemctl', 'start', unitOf('send-alerts'));
    must('systemctl', 'start', unitOf('write-report'));
    assert.match(machine.read(`${state}/health/latest_report.md`), /a test/);
  });

  test('a push that waits is sent by ops-monitor-push.timer, with the password of the credential; the timer is not enabled by itself', async (t) => {
    const machine = await installed(t);
    const { must, write } = machine;
    assert.equal(machine.run('systemctl', 'is-enabled', 'ops-monitor-push.timer').stdout.trim(), 'disabled');
    write('/srv/app.prom', 'app_up 1\n');
    write('/srv/gateway.cjs', gateway);
    write('/etc/credstore/ops-monitor.push-password', 'hush-Zahlwort-77\n');
    write(
      '/etc/ops-monitor/config.yaml',
      `${machine.read('/etc/ops-monitor/config.yaml')}\npush: { url: "http://127.0.0.1:9091", user: ops, password: $PUSH_PASSWORD }\n`,
    );
    must('ops-monitor', 'push-metrics', '/srv/app.prom');
    assert.match(
      must('ops-monitor', 'outbox', 'list'),
      /waiting .* put of \{job="app"\} to 127\.0\.0\.1:9091\n.* PUSH_PASSWORD is not set/,
    );
    must('systemd-run', '--quiet', '--unit=gateway', '/opt/ops-monitor/node_modules/.bin/node', '/srv/gateway.cjs');
    machine.override('ops-monitor-push.timer', '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\n');
    must('systemctl', 'start', 'ops-monitor-push.timer');
    await until(() => machine.run('test', '-s', '/srv/pushes').status === 0);
    must('systemctl', 'stop', 'ops-monitor-push.timer');
    await settled(machine);
    const login = Buffer.from('ops:hush-Zahlwort-77').toString('base64');
    assert.equal(machine.read('/srv/pushes'), `PUT /metrics/job/app Basic ${login} app_up 1\n`);
    assert.match(must('ops-monitor', 'outbox', 'list'), /^The outbox is empty/);
    const { outcome, problems } = runOf(machine, 'push-metrics');
    assert.deepEqual([outcome, problems], ['ok', []]);
    assert.equal(must('systemctl', 'show', '-P', 'Result', 'ops-monitor-push.service').trim(), 'success');
    assert.equal(must('find', state, '!', '-user', 'ops-monitor').trim(), '');
  });

  test('with the drop-in of tracing.md every stage of a cycle sends its spans out of its sandbox', async (t) => {
    const machine = await installed(t);
    const { must, write } = machine;
    write('/srv/receiver.cjs', gateway.replace('9091', '4318'));
    must('systemd-run', '--quiet', '--unit=receiver', '/opt/ops-monitor/node_modules/.bin/node', '/srv/receiver.cjs');
    must('systemctl', 'start', 'ops-monitor-cycle.service');
    assert.equal(machine.run('test', '-e', '/srv/pushes').status, 1, 'a trace was sent before it was switched on');
    machine.script(commandsOf('Switch it on for the units', 'tracing.md'));
    must('systemctl', 'start', 'ops-monitor-cycle.service');
    const { run_id } = JSON.parse(machine.read(`${state}/raw/latest.json`)) as Snapshot;
    const spans = machine
      .read('/srv/pushes')
      .split(/POST \/v1\/traces +/)
      .slice(1)
      .flatMap((body) => spansIn(body));
    const whole = spans.find(({ name }) => name === 'cycle');
    assert.equal(whole?.traceId, run_id);
    assert.deepEqual(
      spans
        .filter(({ parentSpanId }) => parentSpanId === whole.spanId)
        .map(({ name }) => name)
        .toSorted(),
      inCycle.toSorted(),
    );
    for (const stage of inCycle) assert.equal(resultOf(machine, stage), 'success', stage);
  });

  /** Keeps what is pushed. */
  const gateway = `
const { appendFileSync } = require('node:fs');
require('node:http').createServer((asked, answer) => {
  let body = '';
  asked.on('data', (part) => (body += part)).on('end', () => {
    appendFileSync('/srv/pushes', [asked.method, asked.url, asked.headers.authorization, body].join(' '));
    answer.end();
  });
}).listen(9091, '127.0.0.1');
`;

  /** Takes every mail, and keeps it; and has a metric. */
  const relay = `
const { appendFileSync } = require('node:fs');
const { SMTPServer } = require('/opt/ops-monitor/node_modules/smtp-server');
new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: (stream, session, done) => { stream.on('data', (part) => appendFileSync('/srv/mails', part)).on('end', done); },
}).listen(2525, '127.0.0.1');
require('node:http').createServer((_, answer) => answer.end('up 0\\n')).listen(9101, '127.0.0.1');
`;
});
