// One fault reaches Alertmanager by two paths: from send-alerts, and by textfile, node-exporter and Prometheus. The files are those of
// ops, their times made shorter.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder, until } from '../world.ts';
import { alertsShown, debianAlertmanager, startAlertmanager } from './alertmanagers.ts';
import { serveMail } from './mail-server.ts';
import { mailSiteIn } from './mail-site.ts';
import { startPrometheus } from './prometheus.ts';

/** send-alerts is taken for stopped after this time. */
const stoppedSeconds = 25;

test('a disk that fills is mailed once, by send-alerts while it works and by Prometheus when it has stopped', async (t) => {
  const programs = debianAlertmanager();
  const { port, received } = await serveMail(t);
  const alertmanager = await startAlertmanager(t, programs, [
    ['localhost:25', `127.0.0.1:${port}`],
    ['group_wait: 10s', 'group_wait: 1s'],
    ['group_interval: 10s', 'group_interval: 1s'],
    ['group_wait: 2m', 'group_wait: 3s'],
  ]);
  const site = mailSiteIn(temporaryFolder(t), {
    configuration: `alerts: { alertmanager: { urls: ["${alertmanager}"], labels: { severity: warning } } }`,
  });
  const textfiles = join(site.state, 'textfiles');
  mkdirSync(textfiles, { recursive: true });
  await startPrometheus(t, {
    textfiles,
    alertmanager,
    rules: ['ops-monitor'],
    changes: [
      ['for: 15m', 'for: 2s'],
      ['< 900', `< ${stoppedSeconds}`],
    ],
  });

  const cycle = async (used: number, ...stages: string[]): Promise<void> => {
    site.look({ data: used });
    for (const stage of stages) {
      const { status, stderr } = await site.run(stage);
      assert.equal(status, 0, `${stage}: ${stderr}`);
    }
  };
  const [assess, send, confirm] = ['assess-health', 'send-alerts', 'confirm-cycle'];
  const shown = async (name: string) => (await alertsShown(alertmanager, name))[0];
  const subjects = (): string[] => received.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw)?.[1] ?? '');

  // In the second cycle health knows whether Alertmanager has accepted the alerts.
  await cycle(50, assess, send, confirm);
  await cycle(50, assess, send, confirm);
  await until(async () => (await shown('OpsMonitorPostsAlerts')) !== undefined);
  await cycle(97, assess, send, confirm);
  await until(async () => (await shown('OpsMonitorCheck'))?.status.state === 'suppressed');
  const [own, other] = [await shown('storage'), await shown('OpsMonitorCheck')];
  assert.deepEqual(
    [own?.annotations['summary'], other?.annotations['summary']],
    ['/data is 97 % full, 3 B left (from 80 %)', '/data is 97 % full, 3 B left (red from 90 %)'],
  );
  await sleep(5000);
  assert.deepEqual(subjects(), ['[1 warning] /data is 97 % full, 3 B left (from 80 %)']);

  // The end comes from send-alerts before Prometheus knows of it.
  await cycle(50, assess, send, confirm);
  await until(() => received.length > 1);
  await until(async () => (await shown('OpsMonitorCheck')) === undefined);
  await sleep(3000);
  assert.equal(subjects().length, 2, subjects().join('\n'));
  assert.match(subjects()[1] ?? '', /^\[1 resolved\] /);

  // send-alerts is run no more.
  const stopped = Date.now();
  await cycle(97, assess, confirm);
  await until(() => received.length > 2);
  assert.ok(Date.now() - stopped > (stoppedSeconds / 2) * 1000, 'mailed while send-alerts was taken for running');
  await sleep(3000);
  assert.deepEqual(subjects().slice(2), ['[1 warning] /data is 97 % full, 3 B left (red from 90 %)']);
});
