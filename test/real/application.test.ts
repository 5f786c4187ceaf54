// What an application imports, as it gets it: the package of `npm pack` in a project of its own, and the programs that read from it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe, type TestContext } from 'node:test';
import {
  alertmanagerHandler,
  createAlerts,
  createMetrics,
  observeMqtt,
  observePool,
} from '../../lib/application/index.ts';
import { connectAsync } from 'mqtt';
import { Pool } from 'pg';
import { end, freePort, root } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { alertsShown, debianAlertmanager, startAlertmanager } from './alertmanagers.ts';
import { installPackages, promtoolOf, unpackPackage } from './packages.ts';

/** A project with the package, made once. */
let project = '';
let tarball = '';

const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const use = `
import { createServer } from 'node:http';
import Fastify from 'fastify';
import express from 'express';
import {
  type Alert, alertmanagerHandler, createAlerts, createMetrics, devicesOfflineRule, errorRateRule, type Metrics, observeExpress,
  observeFastify, observeHttp, observeMqtt, observePool, startTracing, traced, traceFields, webhookHandler, withSpan,
} from 'ops-monitor/application';
import type { MqttClient } from 'mqtt';
import type { Pool } from 'pg';

const metrics: Metrics = createMetrics({ prefix: 'valtronics' });
const app = Fastify();
app.register(observeFastify(metrics));
express().use(observeExpress(metrics));
createServer(observeHttp(metrics, (request, response) => { response.end(request.url); }));
export const wrap = (pool: Pool, client: MqttClient): [Pool, MqttClient] => [observePool(metrics, pool), observeMqtt(metrics, client)];
const twice = traced('twice', (value: number) => value * 2);
const four: number = twice(2);
const later: Promise<string> = withSpan('later', async () => 'done');
const alerts = createAlerts<{ errorRate: number; devicesOffline: number }>({
  metrics, rules: [errorRateRule(), devicesOfflineRule()], handlers: [({ alert }) => { console.log(alert.name); }],
});
alerts.evaluate({ errorRate: 0.5, devicesOffline: 0 });
const [first]: readonly Alert[] = alerts.active();
export async function main(): Promise<void> {
  const tracing = await startTracing({ service: 'try' });
  const server = await metrics.listen({ port: 0 });
  const page = await (await fetch(\`http://127.0.0.1:\${server.port}/metrics\`)).text();
  await Promise.all([server.close(), alerts.stop(), tracing.stop(), app.close()]);
  console.log(JSON.stringify({ four, later: await later, first: first?.name, fields: traceFields(),
    has: page.includes('valtronics_alerts_total{severity="warning",alert_type="HighErrorRate"} 1') }));
}
void [alertmanagerHandler, webhookHandler];
`;

const expected = { four: 4, later: 'done', first: 'HighErrorRate', fields: {}, has: true };

describe('an application that imports the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-application-'));
  after(() => rmSync(folder, { recursive: true }));

  before(() => {
    // Built already: a build replaces dist, which the tests beside this one run.
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
    project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'try', private: true, type: 'module' }));
    const others = [
      'fastify@5.12.8',
      'express@5.3.0',
      '@types/express@5.0.6',
      'pg@8.23.1',
      '@types/pg@8.23.1',
      'mqtt@5.16.0',
    ];
    const tools = ['@types/node@24.19.2', 'typescript@5.9.3', '@arethetypeswrong/cli@0.18.5', 'publint@0.3.25'];
    const argv = ['install', '--silent', '--no-audit', '--no-fund', '--omit=optional', tarball, ...others, ...tools];
    execFileSync('npm', argv, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
  });

  for (const [name, module, moduleResolution, ending] of [
    ['an ES module, resolved as Node does', 'nodenext', 'nodenext', 'mts'],
    ['CommonJS, resolved as Node does', 'nodenext', 'nodenext', 'cts'],
    ['an ES module, resolved as a bundler does', 'esnext', 'bundler', 'ts'],
  ] as const)
    test(`compiles with strict settings, and runs: ${name}`, () => {
      const folder = join(project, ending);
      mkdirSync(folder);
      const start = ending === 'cts' ? 'void main();' : 'await main();';
      writeFileSync(join(folder, `main.${ending}`), `${use}\n${start}\n`);
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        esModuleInterop: true,
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [`main.${ending}`] }));
      // Today's compiler, and the one that most projects have.
      const compilers = [bin('tsc'), ...(ending === 'ts' ? [join(project, 'node_modules', '.bin', 'tsc')] : [])];
      for (const compiler of compilers) {
        const { status, stdout } = spawnSync(compiler, ['-p', folder], { encoding: 'utf8' });
        // The declarations of others are not ours to judge.
        const ours = stdout.split('\n').filter((line) => /^\w+\/main|main\.|ops-monitor/.test(line));
        assert.deepEqual(ours, [], compiler);
        assert.ok(status === 0 || stdout !== '');
      }
      const said = execFileSync(process.execPath, [join(folder, `main.${ending.replace('ts', 'js')}`)], {
        encoding: 'utf8',
      });
      assert.deepEqual(JSON.parse(said.trim().split('\n').at(-1) ?? ''), expected);
    });

  test('the guide, as it is written, gives a page and an alert', async (t) => {
    const page = readText(join(root, 'ops', 'docs', 'application.md'));
    const [, code = ''] = /`main\.js`:\n\n *```js\n(.*?)```/s.exec(page) ?? [];
    writeFileSync(join(project, 'main.js'), code);
    const child = spawn(process.execPath, ['main.js'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => end(child));
    let said = '';
    child.stdout.on('data', (part) => (said += String(part)));
    const ask = (url: string, method = 'GET'): Promise<string> =>
      fetch(`http://127.0.0.1:${url}`, { method }).then(
        (answer) => answer.text(),
        () => '',
      );
    await until(async () => (await ask('8000/devices/7')) === '{"id":"7","state":"open"}');
    await ask('8000/test-alert', 'POST');
    await until(() => said === 'created Test this is a test\n');
    const metrics = await ask('8001/metrics');
    assert.match(metrics, /^plant_alerts_total\{severity="warning",alert_type="Test"\} 1$/m);
    assert.match(metrics, /^plant_api_requests_total\{method="GET",endpoint="\/devices\/:id",status="200"\} \d+$/m);
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null);
    assert.equal(child.exitCode, 0);
  });

  test('attw and publint have no complaint', () => {
    const run = (name: string, ...argv: string[]): void => {
      const { status, stdout, stderr } = spawnSync(join(project, 'node_modules', '.bin', name), argv, {
        encoding: 'utf8',
      });
      assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
    };
    // The way of Node 10 knows no exports, and TypeScript has left it.
    run('attw', tarball, '--profile', 'node16', '--entrypoints', 'application');
    run('publint', tarball, '--strict');
  });
});

describe('programs that read from an application', () => {
  test('promtool takes the page, and complains of the one name that the contract asks for', async (t) => {
    const metrics = createMetrics({ prefix: 'valtronics', processMetrics: true });
    metrics.setDevices({ online: 3 });
    metrics.observeRequest({ method: 'GET', endpoint: '/devices/:id', status: 200, seconds: 0.2 });
    metrics.countTelemetry('a"b\\c\nd', 'power');
    const { status, said } = promtoolOf(t)(['check', 'metrics'], (await metrics.expose()).text);
    assert.equal(status, 3, said);
    const complaints = said
      .trim()
      .split('\n')
      .filter((line) => !/valtronics_(process|nodejs)_/.test(line));
    assert.deepEqual(complaints, ['valtronics_devices_total non-counter metrics should not have "_total" suffix']);
  });

  test('Prometheus reads OpenMetrics with the trace ids of requests', async (t) => {
    const { context, trace } = await import('@opentelemetry/api');
    const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    t.after(() => context.disable());
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const span = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 });
    const metrics = createMetrics({ prefix: 'app' });
    context.with(trace.setSpan(context.active(), span), () =>
      metrics.observeRequest({ method: 'GET', endpoint: '/slow', status: 200, seconds: 0.7 }),
    );
    const served = await metrics.listen({ port: 0 });
    t.after(() => served.close());
    const folder = temporaryFolder(t);
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs: [{ job_name: app, scrape_interval: 1s, static_configs: [{ targets: ['127.0.0.1:${served.port}'] }] }]`,
    );
    const port = await freePort();
    const argv = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const program = join(unpackPackage(t, 'prometheus'), 'usr/bin/prometheus');
    const child = spawn(program, [...argv, '--enable-feature=exemplar-storage'], { stdio: 'ignore' });
    t.after(() => end(child));
    const ask = async (path: string): Promise<string> => {
      try {
        return await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).text();
      } catch {
        return '';
      }
    };
    await until(async () => (await ask('query?query=app_api_requests_total')).includes('"value"'));
    const now = Date.now() / 1000;
    const found = await ask(
      `query_exemplars?query=app_api_request_duration_seconds_bucket&start=${now - 600}&end=${now + 60}`,
    );
    assert.match(found, new RegExp(`"trace_id":"${traceId}"`));
    assert.match(await ask('query?query=up'), /"1"\]/);
  });

  test('Alertmanager gets an alert, shows it with its labels, and sees its end', async (t) => {
    const url = await startAlertmanager(t, debianAlertmanager(), []);
    const alerts = createAlerts({ handlers: [alertmanagerHandler({ urls: [url], labels: { cluster: 'test' } })] });
    t.after(() => alerts.stop());
    alerts.create({
      name: 'DevicesOffline',
      severity: 'critical',
      message: '3 devices are offline',
      labels: { plant: 'a' },
    });
    await until(async () => (await alertsShown(url, 'DevicesOffline')).length === 1);
    const [shown] = await alertsShown(url, 'DevicesOffline');
    assert.deepEqual(shown?.labels, { alertname: 'DevicesOffline', cluster: 'test', plant: 'a', severity: 'critical' });
    assert.equal(shown?.annotations['summary'], '3 devices are offline');
    alerts.resolve('DevicesOffline', { plant: 'a' });
    await until(async () => (await alertsShown(url, 'DevicesOffline')).length === 0);
  });

  test('mosquitto: messages that a client publishes and gets are counted', async (t) => {
    const program = await mosquitto(t);
    const metrics = createMetrics({ prefix: 'app' });
    const client = observeMqtt(metrics, await connectAsync(program), { topicOf: (topic) => topic.replace(/\d+/, '+') });
    t.after(() => client.endAsync());
    await client.subscribeAsync('devices/#');
    for (const id of [1, 2, 3]) await client.publishAsync(`devices/${id}/state`, 'on');
    const got = async () => (await metrics.summary())['app_mqtt_messages_total'];
    await until(async () => (await got())?.['topic="devices/+/state",direction="subscribe"'] === 3);
    assert.deepEqual(await got(), {
      'topic="devices/+/state",direction="publish"': 3,
      'topic="devices/+/state",direction="subscribe"': 3,
    });
  });

  test('PostgreSQL: the connections of a pool are counted as they are used, and its queries answer as before', async (t) => {
    const host = postgres(t);
    const metrics = createMetrics({ prefix: 'app' });
    const pool = observePool(metrics, new Pool({ host, user: 'postgres', database: 'postgres', max: 5 }));
    t.after(() => pool.end());
    const { rows } = await pool.query<{ sum: number }>('select $1::int + 2 as sum', [40]);
    assert.deepEqual(rows, [{ sum: 42 }]);
    await assert.rejects(pool.query('select from nowhere at all'), /syntax error|does not exist/);
    const [one, other] = [await pool.connect(), await pool.connect()];
    const busy = (await metrics.summary())['app_database_connections'];
    assert.deepEqual(busy, { 'state="used"': 2, 'state="idle"': 0, 'state="max"': 5 });
    one.release();
    other.release();
    const idle = (await metrics.summary())['app_database_connections'];
    assert.deepEqual(idle, { 'state="used"': 0, 'state="idle"': 2, 'state="max"': 5 });
  });
});

/** Returns its URL. */
async function mosquitto(t: TestContext): Promise<string> {
  installPackages('mosquitto');
  const port = await freePort();
  const child = spawn('/usr/sbin/mosquitto', ['-p', String(port)], { stdio: 'ignore' });
  t.after(() => end(child));
  await until(() =>
    readText('/proc/net/tcp').includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`),
  );
  return `mqtt://127.0.0.1:${port}`;
}

/** Returns the folder of its socket. */
function postgres(t: TestContext): string {
  installPackages('postgresql');
  const [version = ''] = readdirSync('/usr/lib/postgresql').sort().reverse();
  // Not temporaryFolder, which would be removed before the server has stopped.
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-postgres-'));
  const as = (...argv: string[]): void => {
    const { status, stdout, stderr } = spawnSync(
      'setpriv',
      ['--reuid=postgres', '--regid=postgres', '--init-groups', ...argv],
      { encoding: 'utf8', cwd: '/' },
    );
    assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}`);
  };
  execFileSync('chown', ['-R', 'postgres', folder]);
  const programs = `/usr/lib/postgresql/${version}/bin`;
  const data = join(folder, 'data');
  as(`${programs}/initdb`, '-D', data, '--auth=trust', '--no-sync');
  as(
    `${programs}/pg_ctl`,
    '-D',
    data,
    '-w',
    '-l',
    join(folder, 'log'),
    '-o',
    `-c listen_addresses= -k ${folder} -c fsync=off`,
    'start',
  );
  t.after(() => {
    as(`${programs}/pg_ctl`, '-D', data, '-m', 'immediate', 'stop');
    rmSync(folder, { recursive: true });
  });
  return folder;
}
