// One fault of the demo site reaches the mailbox by each path: from send-alerts, from send-alerts by Alertmanager, and by textfile,
// node-exporter, Prometheus and Alertmanager. The files are those of ops; a minute of theirs takes two seconds here.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../lib/core/quantity.ts';
import { promises, sumOf } from '../promises.ts';
import { temporaryFolder, until } from '../world.ts';
import { alertsShown, debianAlertmanager, startAlertmanager } from './alertmanagers.ts';
import { demoSite } from './demo-site.ts';
import { serveMail } from './mail-server.ts';
import { startPrometheus } from './prometheus.ts';

const scale = 30;
/** In milliseconds. */
const parseScaled = (text: string): number => Math.round((1000 * (parseDuration(text) ?? assert.fail(text))) / scale);
const scaled = (text: string): string => `${parseScaled(text)}ms`;
const change = (key: string, value: string): [string, string] => [`${key}: ${value}`, `${key}: ${scaled(value)}`];

/** For processes that start on a busy machine, in seconds. */
const slack = 30;

test('a disk that fills in the demo site is mailed within the promised time, once, by send-alerts or else by Prometheus, in the same words', async (t) => {
  const { port, received } = await serveMail(t);
  const alertmanager = await startAlertmanager(t, debianAlertmanager(), [
    ['localhost:25', `127.0.0.1:${port}`],
    change('group_wait', '10s'),
    change('group_interval', '10s'),
    change('group_wait', '2m'),
  ]);
  const { run, data, textfiles, fill, empty } = await demoSite(t, {
    configuration: `alerts:
  to: [own@example.org]
  picture: false
  alertmanager: { urls: ["${alertmanager}"], labels: { severity: warning } }`,
    environment: { OPS_ALERT_TRANSPORT: 'smtp', OPS_ALERT_SMTP_HOST: '127.0.0.1', OPS_ALERT_SMTP_PORT: String(port) },
  });
  await startPrometheus(t, {
    textfiles,
    alertmanager,
    rules: ['ops-monitor', 'valtronics'],
    changes: [
      change('for', '15m'),
      change('for', '5m'),
      ['< 900', `< ${900 / scale + slack / 2}`],
      // Another test may fill a disk of its own.
      ['node_filesystem_avail_bytes{', `node_filesystem_avail_bytes{mountpoint="${data}", `],
    ],
    interval: scaled('15s'),
    collectors: ['filesystem'],
  });

  const promised = promises();
  const cycleSeconds = (promised['mail of send-alerts']?.['until the next cycle begins'] ?? assert.fail()) / scale;
  /** Within what time the mail must come: the stages end long before their deadlines. */
  const secondsOf = (path: string): number => {
    const one = promised[path] ?? assert.fail(path);
    return sumOf({ ...one, 'its stages, by their deadlines': 0 }) / scale + slack;
  };

  // As the timer runs them, until the test ends.
  let stages = ['collect-snapshot', 'assess-health', 'send-alerts', 'confirm-cycle'];
  const over = new AbortController();
  const cycles = (async (): Promise<void> => {
    while (!over.signal.aborted) {
      const began = Date.now();
      await run(...stages);
      await sleep(Math.max(0, began + cycleSeconds * 1000 - Date.now()), undefined, over).catch(() => undefined);
    }
  })();
  try {
    const shown = async (name: string) =>
      (await alertsShown(alertmanager, name)).find(
        ({ labels }) =>
          name === 'OpsMonitorPostsAlerts' || Object.values(labels).includes('data') || labels['mountpoint'] === data,
      );
    const mails = (to: string) => received.filter((mail) => mail.to.includes(to));
    const subjects = (to: string): string[] =>
      mails(to).map(
        ({ raw }) => /^Subject: ((?:.|\r\n[ \t])*)\r$/m.exec(raw)?.[1]?.replaceAll(/\r\n[ \t]/g, ' ') ?? '',
      );
    /** Waits for such a mail; returns after how many seconds it came, and its subject. */
    const arrival = async (to: string, pattern: RegExp, since: number, within: number) => {
      const matching = () => subjects(to).find((subject) => pattern.test(subject));
      while (matching() === undefined && Date.now() - since < within * 1000) await sleep(50);
      const seconds = (Date.now() - since) / 1000;
      const subject = matching() ?? assert.fail(`nothing for ${to} after ${seconds} s: ${subjects(to).join('; ')}`);
      t.diagnostic(`${seconds.toFixed(1)} s of ${within} s: ${subject}`);
      return subject;
    };
    const [own, team] = ['own@example.org', 'ops@valtronics.com'];

    // In the second cycle health knows whether Alertmanager has accepted the alerts.
    await until(async () => (await shown('OpsMonitorPostsAlerts')) !== undefined);
    fill();
    const filled = Date.now();
    const [ownSubject, posted, measured] = await Promise.all([
      arrival(own, /^\[ALERT /, filled, secondsOf('mail of send-alerts')),
      arrival(team, /^\[1 warning\]/, filled, secondsOf('send-alerts, Alertmanager')),
      arrival(team, /^\[1 critical\]/, filled, secondsOf('`DiskSpaceLow`')),
    ]);
    // Before them stand how it is mailed and, for mails of Alertmanager, the machine; behind them the limit, of which each path may have
    // its own.
    const words = (subject: string): string => subject.replaceAll(/^\[.*?\] (\S+: )?| \(.*\)$/g, '');
    assert.match(words(ownSubject), /^\S+\/data is 9\d\.\d % full, \d\.\d MB left$/);
    assert.equal(words(posted), words(ownSubject));
    assert.ok(posted.startsWith(`[1 warning] ${hostname()}: `), posted);
    assert.ok(measured.includes(`${data} of vm has `), measured);

    // Prometheus reports the same, which is not mailed as long as send-alerts does.
    await until(async () => (await shown('OpsMonitorCheck'))?.status.state === 'suppressed');
    await sleep(2 * parseScaled('2m'));
    assert.equal(subjects(own).length, 1, subjects(own).join('\n'));
    assert.equal(subjects(team).length, 2, subjects(team).join('\n'));

    // The end comes from send-alerts before Prometheus knows of it.
    empty();
    await until(() => subjects(own).length > 1 && subjects(team).length > 3);
    await until(async () => (await shown('OpsMonitorCheck')) === undefined);
    await sleep(2 * parseScaled('2m'));
    assert.match(subjects(own)[1] ?? '', /^\[ENDED aurora\] /);
    assert.equal(subjects(team).length, 4, subjects(team).join('\n'));
    for (const subject of subjects(team).slice(2)) assert.match(subject, /^\[1 resolved\] /);

    // send-alerts is run no more.
    stages = stages.filter((stage) => stage !== 'send-alerts');
    fill();
    const again = Date.now();
    const other = await arrival(team, /^\[1 warning\].* \(red from 90 %\)$/, again, secondsOf('`OpsMonitorCheck`'));
    assert.ok(Date.now() - again > parseScaled('15m') / 2, 'mailed while send-alerts was taken for running');
    assert.equal(words(other), words(ownSubject));
    assert.equal(subjects(own).length, 2);
  } finally {
    over.abort();
    await cycles;
  }
});

test('gates, services and nodes that the monitor checks itself are left to send-alerts; all others are mailed', async (t) => {
  const { port, received } = await serveMail(t);
  const alertmanager = await startAlertmanager(t, debianAlertmanager(), [
    ['localhost:25', `127.0.0.1:${port}`],
    change('group_wait', '10s'),
    change('group_interval', '10s'),
    ['group_wait: 2m', 'group_wait: 3s'],
  ]);
  const textfiles = temporaryFolder(t);
  const level = (check: string, subject: string): string =>
    `ops_monitor_check_level{check="${check}",subject="${subject}"} ${check === 'mail-delivery' ? 0 : 2}`;
  const now = Date.now() / 1000;
  const lines = [
    level('mail-delivery', 'alertmanager'),
    `ops_monitor_stage_last_success_timestamp_seconds{stage="send-alerts"} ${now}`,
    level('gate-verdict', 'nightly-build'),
    level('watchdog-alert', 'ingest'),
    level('fleet-alert', 'devnet.node1'),
    'nightly_build_gate_success 0',
    'alpha_gate_success 0',
    ...['ingest', 'web'].map((service) => `ops_watchdog_service_running{service="${service}"} 0`),
    ...['node1', 'node2'].map((node) => `ops_fleet_node_reached{environment="devnet",node="${node}"} 0`),
  ];
  writeFileSync(join(textfiles, 'all.prom'), `${lines.join('\n')}\n`);
  await startPrometheus(t, {
    textfiles,
    alertmanager,
    rules: ['ops-monitor', 'gates', 'watchdog', 'fleet'],
    changes: [
      ['for: 2m', 'for: 2s'],
      ['for: 6m', 'for: 2s'],
    ],
  });
  const names = new Set(['GateFailed', 'ServiceDown', 'FleetNodeNotReached']);
  const shown = async () =>
    (await alertsShown(alertmanager))
      .filter(({ labels }) => names.has(labels['alertname'] ?? ''))
      .map(({ labels: { gate, subject, node }, status }) => `${gate ?? subject ?? node} ${status.state}`)
      .sort();
  const expected = ['alpha active', 'ingest suppressed', 'nightly_build suppressed'];
  expected.push('node1 suppressed', 'node2 active', 'web active');
  await until(async () => (await shown()).join() === expected.join());
  await until(() => received.length >= 3);
  await sleep(4000);
  assert.deepEqual(received.map(({ raw }) => /^Subject: (.*) (?:of|on) /m.exec(raw)?.[1] ?? '').sort(), [
    '[1 critical] vm: node2',
    '[1 critical] web',
    '[1 warning] The last run of the gate alpha',
  ]);
});
