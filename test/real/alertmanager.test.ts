// A real Alertmanager accepts the alerts of send-alerts, shows them, and resolves them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { root } from '../process.ts';
import { temporaryFolder, until } from '../world.ts';
import { alertsShown, debianAlertmanager, postAlerts, startAlertmanager } from './alertmanagers.ts';
import { serveMail } from './mail-server.ts';
import { mailSiteIn } from './mail-site.ts';

describe('real/alertmanager', () => {
  test('an alert of a machine without a name of its own leaves out no alert, which may be of another machine', async (t) => {
    const url = await startAlertmanager(t, debianAlertmanager(), [['/etc/ops-monitor', temporaryFolder(t)]]);
    const [named, cluster, service] = ['vm', 'valtronics-prod', 'gates'];
    const nameless = [
      'unnamed',
      'localhost',
      'localhost:9100',
      'localhost.localdomain:9100',
      '127.0.0.1:9101',
      '[::1]:9101',
    ];
    const instances = [named, 'localhosts', ...nameless];
    const covered = instances.map((instance) => ({
      labels: { alertname: 'GateFailed', covered_by: 'send-alerts', cluster, service, instance },
    }));
    const database = [cluster, 'unnamed'].map((site) => ({
      labels: { alertname: 'DatabaseConnectionsHigh', cluster: site, instance: 'any' },
    }));
    await postAlerts(url, [
      ...instances.map((instance) => ({ labels: { alertname: 'OpsMonitorPostsAlerts', cluster, instance } })),
      ...[cluster, 'unnamed'].map((site) => ({ labels: { alertname: 'HighErrorRate', cluster: site } })),
      ...covered,
      ...database,
    ]);
    const leftOut = async () =>
      (await alertsShown(url))
        .filter(({ status }) => status.state === 'suppressed')
        .map(({ labels }) => `${labels['alertname']} ${labels['cluster']} ${labels['instance']}`)
        .sort();
    await until(async () => (await leftOut()).length >= 3);
    assert.deepEqual(await leftOut(), [
      `DatabaseConnectionsHigh ${cluster} any`,
      `GateFailed ${cluster} localhosts`,
      `GateFailed ${cluster} ${named}`,
    ]);
  });

  test('Alertmanager accepts, shows and resolves the alerts that are sent', async (t) => {
    const { port } = await serveMail(t);
    const url = await startAlertmanager(t, debianAlertmanager(), [['localhost:25', `127.0.0.1:${port}`]]);
    const { look, run } = mailSiteIn(temporaryFolder(t), {
      configuration: `alerts:
  alertmanager: { urls: ["${url}"], labels: { severity: page } }
  rules: { storage: { hold: 1s } }`,
    });
    const check = await run('send-alerts', { argv: ['--check'] });
    assert.match(check.stdout, /alertmanager 127\.0\.0\.1:\d+: it answers/);

    // A name with characters that a label may have trouble with.
    const odd = 'data "ä"\\n{x}';
    look({ data: 91, [odd]: 95, fine: 10 });
    await run('send-alerts');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    look({ data: 91, [odd]: 95, fine: 10 });
    assert.deepEqual((await run('send-alerts')).problems, []);
    const active = await alertsShown(url);
    assert.deepEqual(active.map(({ labels }) => labels['subject'] ?? '').sort(), ['data', odd].sort());
    const data = active.find(({ labels }) => labels['subject'] === 'data');
    const { instance, ...labels } = data?.labels ?? {};
    assert.ok(instance);
    assert.deepEqual(labels, {
      alertname: 'storage',
      service: 'ops-monitor',
      severity: 'page',
      site: 'test',
      subject: 'data',
    });
    assert.match(data?.annotations['summary'] ?? '', /91 %/);
    assert.equal(data?.annotations['runbook'], join(root, 'ops/runbooks/filesystem-usage.md'));

    look({ data: 10, [odd]: 95, fine: 10 });
    assert.deepEqual((await run('send-alerts')).problems, []);
    // The list has the active alerts only.
    assert.deepEqual(
      (await alertsShown(url)).map(({ labels: { subject } }) => subject),
      [odd],
    );
  });
});
