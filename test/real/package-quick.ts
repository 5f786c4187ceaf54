// A booted machine with sensors and a mail server, on which the package was installed; its timers are quicker, and wait.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { stages } from '../../lib/cycle/stages.ts';
import { bootMachine, built, config, fileIn, type PackageMachine, state } from './package-site.ts';

export const textfiles = '/var/lib/node-exporter/textfile';
export const unitOf = (stage: string): string => `ops-monitor@${stage}.service`;
const calendars: Readonly<Record<string, string>> = {
  'ops-monitor-cycle.timer': '*:*:0/10',
  'ops-monitor-hourly.timer': '*:*:5/30',
  'ops-monitor-daily.timer': '*:*:20/30',
  'thermal-heartbeat.timer': '*:*:0/5',
};
export const timers = Object.keys(calendars).join(' ');
const settings = `interval: 10s
alerts: { to: [ops@example.org], rules: { stage: { failing-for: 0s, clear-hold: 0s } } }
archive: { interval: 30s }
`;

export async function installWithQuickTimers(t: TestContext): Promise<PackageMachine> {
  const machine = await bootMachine(t);
  const { script, write } = machine;
  startSurroundings(machine);
  const { status, stdout, stderr } = machine.install(fileIn(built, '.deb'));
  assert.equal(status, 0, stdout + stderr);
  assert.equal(machine.isActive('thermal-heartbeat.timer'), 'active', stdout);
  script(`systemctl stop ${timers}`);
  await machine.settle();
  for (const [timer, calendar] of Object.entries(calendars))
    machine.edit(timer, `[Timer]\nOnCalendar=\nOnCalendar=${calendar}\nRandomizedDelaySec=0\n`);
  const mail = 'OPS_ALERT_SMTP_HOST=127.0.0.1\nOPS_ALERT_SMTP_PORT=2525\nOPS_ALERT_SMTP_TLS=none\n';
  write('/etc/ops-monitor/send-alerts.env', mail);
  write(config, `${machine.read(config)}${settings}`);
  script('ops-monitor check-config; systemctl start ops-monitor-daily.service thermal-heartbeat.service');
  return machine;
}

/** Takes every mail, and keeps it. */
const relay = `
const { appendFileSync } = require('node:fs');
const { SMTPServer } = require('/opt/ops-monitor/node_modules/smtp-server');
new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: (stream, session, done) => { stream.on('data', (part) => appendFileSync('/srv/mails', part)).on('end', done); },
}).listen(2525, '127.0.0.1');
`;

/** The sensors of a recorded machine, and the mail server: both are gone after a boot. */
export function startSurroundings({ script, write }: PackageMachine): void {
  const sys = '/opt/ops-monitor/test/thermal/machines/intel-server/root/sys';
  script(`for part in class devices; do mount --bind ${sys}/$part /sys/$part; done`);
  write('/srv/relay.cjs', relay);
  script('systemd-run --quiet --unit=relay /opt/ops-monitor/node_modules/.bin/node /srv/relay.cjs');
}

/** All mails so far, without the line ends of quoted-printable. */
export const mailsOf = ({ run }: PackageMachine): string => run('cat', '/srv/mails').stdout.replaceAll('=\r\n', '');

export const linesOf = ({ script }: PackageMachine): Snapshot[] =>
  script(`cat ${state}/raw/ops_monitor_*.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Snapshot);

export function assertAllOk(machine: PackageMachine): void {
  for (const name of [...stages.map((stage) => stage.name), 'thermal-heartbeat']) {
    const { outcome, problems } = machine.recordOf(name);
    assert.equal(outcome, 'ok', `${name}: ${problems.join('\n')}`);
  }
}
