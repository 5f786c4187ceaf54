// Alertmanager with the files of ops/alertmanager: Debian's, and today's, whose matchers know all characters.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeNet } from '../../lib/io/net.ts';
import { end, freePort, root } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { goProgram } from './kept.ts';
import { installPackages } from './packages.ts';

export const alertmanagerFolder = join(root, 'ops', 'alertmanager');

export interface Alertmanager {
  readonly server: string;
  readonly amtool: string;
}

const net = makeNet({});

const module = 'github.com/prometheus/alertmanager';
const built = (version: string, lacks: readonly string[]): Alertmanager => ({
  server: goProgram({ module, program: `${module}/cmd/alertmanager`, version, lacks }),
  amtool: goProgram({ module, program: `${module}/cmd/amtool`, version }),
});

export function debianAlertmanager(): Alertmanager {
  // Installed, not unpacked: it reads its own templates from the place where they are installed.
  installPackages('prometheus-alertmanager');
  return { server: '/usr/bin/prometheus-alertmanager', amtool: '/usr/bin/amtool' };
}

export const newestAlertmanager = (): Alertmanager => built('v0.34.0', ['ui/app/dist/index.html']);

export const alertmanagers: Readonly<Record<string, () => Alertmanager>> = {
  'Debian’s Alertmanager': debianAlertmanager,
  'Alertmanager 0.34': newestAlertmanager,
};

/** Runs amtool, which must succeed, and returns what it printed. */
export function runAmtool({ amtool }: Alertmanager, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(amtool, argv, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, `amtool ${argv.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Alertmanager with the files of ops/alertmanager: ports, secrets and times changed by `changes`, which must each match. */
export async function startAlertmanager(
  t: TestContext,
  { server }: Alertmanager,
  changes: readonly (readonly [from: string | RegExp, to: string])[],
): Promise<string> {
  const folder = temporaryFolder(t);
  cpSync(alertmanagerFolder, folder, { recursive: true });
  const config = join(folder, 'alertmanager.yml');
  const text = changes.reduce((before, [from, to]) => {
    const after = before.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to);
    assert.notEqual(after, before, `${from} is not in the configuration`);
    return after;
  }, readText(config));
  writeFileSync(config, text);
  const port = await freePort();
  const argv = [`--config.file=${config}`, `--storage.path=${join(folder, 'data')}`, '--cluster.listen-address='];
  const child = spawn(server, [...argv, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => end(child));
  let said = '';
  child.stderr.on('data', (words: Buffer) => (said += words.toString()));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    assert.equal(child.exitCode, null, said);
    return (await net.request({ method: 'GET', url: `${url}/-/ready`, seconds: 2 })).status === 200;
  });
  return url;
}

export interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

export async function postAlerts(url: string, alerts: readonly Posted[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(alerts);
  const answer = await net.request({ method: 'POST', url: `${url}/api/v2/alerts`, headers, body, seconds: 5 });
  assert.equal(answer.status, 200, answer.body);
}

interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
  readonly status: { readonly state: string };
}

/** The alerts that are active there: those of this name, or all of them. */
export async function alertsShown(url: string, alertname?: string): Promise<Shown[]> {
  const { body } = await net.request({ method: 'GET', url: `${url}/api/v2/alerts`, seconds: 5 });
  const all = JSON.parse(body) as Shown[];
  return alertname === undefined ? all : all.filter(({ labels }) => labels['alertname'] === alertname);
}

/** How many notifications could not be rendered or sent. */
export async function failuresOf(url: string): Promise<number> {
  const { body } = await net.request({ method: 'GET', url: `${url}/metrics`, seconds: 5 });
  const counts = [...body.matchAll(/^alertmanager_notifications_failed_total\{.*\} (\d+)$/gm)].map(([, one]) =>
    Number(one),
  );
  assert.ok(counts.length > 0);
  return counts.reduce((sum, one) => sum + one, 0);
}
