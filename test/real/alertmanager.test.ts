// A real Alertmanager accepts the alerts of send-alerts, shows them, and resolves them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { makeNet } from '../../lib/io/net.ts';
import { freePort, root } from '../process.ts';
import { temporaryFolder, until } from '../world.ts';
import { installPackages } from './packages.ts';
import { mailSiteIn } from './mail-site.ts';

const net = makeNet({});

async function startAlertmanager(t: TestContext, folder: string): Promise<string> {
  // Installed, not unpacked: Alertmanager reads its templates from the place where they are installed.
  installPackages('prometheus-alertmanager');
  writeFileSync(join(folder, 'alertmanager.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  const port = await freePort();
  const child = spawn(
    '/usr/bin/prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  t.after(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await net.request({ method: 'GET', url: `${url}/-/ready`, seconds: 2 })).status === 200);
  return url;
}

interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

async function shownBy(url: string): Promise<Shown[]> {
  const { body } = await net.request({ method: 'GET', url: `${url}/api/v2/alerts`, seconds: 5 });
  return JSON.parse(body) as Shown[];
}

describe('real/alertmanager', () => {
  test('Alertmanager accepts, shows and resolves the alerts that are sent', async (t) => {
    const folder = temporaryFolder(t);
    const home = join(folder, 'alertmanager');
    mkdirSync(home);
    const url = await startAlertmanager(t, home);
    const { look, run } = mailSiteIn(folder, {
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
    const active = await shownBy(url);
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
      (await shownBy(url)).map(({ labels: { subject } }) => subject),
      [odd],
    );
  });
});
