import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test, { describe } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { createMetrics, type Metrics } from '../../lib/application/index.ts';
import { root } from '../process.ts';

/** `name{labels}` → value, of a page in either format. */
const samplesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, series = '', value = ''] = /^([^ ]*(?:\{.*?\})?) ([^ ]+)/.exec(line) ?? [];
        return [series, Number(value)];
      }),
  );

const read = async (metrics: Metrics): Promise<Map<string, number>> => samplesOf((await metrics.expose()).text);

const fill = (metrics: Metrics): void => {
  metrics.setDevices({ online: 40, offline: 2 });
  metrics.countTelemetry('meter', 'power', 30);
  metrics.countAlert('critical', 'database');
  metrics.observeRequest({ method: 'GET', endpoint: '/devices/:id', status: 200, seconds: 0.3 });
  metrics.setDatabaseConnections({ used: 12, idle: 8, max: 100 });
  metrics.countMqttMessage('devices/state', 'subscribe');
  metrics.setHealthScore('overall', 88);
  metrics.setFramesPerSecond('camera-1', 24.8);
};

describe('metrics of an application', () => {
  test('every metric has the name, the type and the labels that boards and rules ask for', async () => {
    const metrics = createMetrics({ prefix: 'valtronics' });
    fill(metrics);
    const { text, type } = await metrics.expose();
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    assert.deepEqual(types, [
      'valtronics_series_folded_total counter',
      'valtronics_devices_total gauge',
      'valtronics_telemetry_points_total counter',
      'valtronics_alerts_total counter',
      'valtronics_api_requests_total counter',
      'valtronics_api_request_duration_seconds histogram',
      'valtronics_database_connections gauge',
      'valtronics_mqtt_messages_total counter',
      'valtronics_system_health_score gauge',
      'valtronics_frames_per_second gauge',
    ]);
    const samples = samplesOf(text);
    const expected = {
      'valtronics_devices_total{status="online"}': 40,
      'valtronics_devices_total{status="offline"}': 2,
      'valtronics_telemetry_points_total{device_type="meter",metric_name="power"}': 30,
      'valtronics_alerts_total{severity="critical",alert_type="database"}': 1,
      'valtronics_api_requests_total{method="GET",endpoint="/devices/:id",status="200"}': 1,
      'valtronics_api_request_duration_seconds_bucket{le="0.25",method="GET",endpoint="/devices/:id"}': 0,
      'valtronics_api_request_duration_seconds_bucket{le="0.5",method="GET",endpoint="/devices/:id"}': 1,
      'valtronics_api_request_duration_seconds_count{method="GET",endpoint="/devices/:id"}': 1,
      'valtronics_database_connections{state="used"}': 12,
      'valtronics_database_connections{state="max"}': 100,
      'valtronics_mqtt_messages_total{topic="devices/state",direction="subscribe"}': 1,
      'valtronics_system_health_score{component="overall"}': 88,
      'valtronics_frames_per_second{source="camera-1"}': 24.8,
    };
    for (const [series, value] of Object.entries(expected)) assert.equal(samples.get(series), value, series);
    const bounds = [...text.matchAll(/le="([^"]+)"/g)].map(([, bound]) => bound);
    assert.deepEqual(bounds, ['0.1', '0.25', '0.5', '1', '2.5', '5', '10', '25', '50', '+Inf']);
  });

  test('a state of devices that is not named any more reads 0', async () => {
    const metrics = createMetrics({ prefix: 'app' });
    metrics.setDevices({ online: 3, error: 2 });
    metrics.setDevices({ online: 3 });
    const samples = await read(metrics);
    assert.equal(samples.get('app_devices_total{status="error"}'), 0);
    assert.equal(samples.get('app_devices_total{status="warning"}'), 0);
  });

  test('a reader that takes OpenMetrics gets it, and the next reader of plain text the same names', async () => {
    const metrics = createMetrics({ prefix: 'app' });
    fill(metrics);
    const before = await metrics.expose();
    const open = await metrics.expose('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
    assert.equal(open.type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.match(open.text, /# EOF\n$/);
    assert.match(open.text, /^# TYPE app_api_requests counter$/m);
    assert.match(open.text, /^app_api_requests_total\{.*\} 1$/m);
    assert.deepEqual(await metrics.expose(), before);
  });

  test('past the limit, values of new series are counted under "other", and a counter says how many', async () => {
    const metrics = createMetrics({ prefix: 'app', mostSeries: 3 });
    for (let id = 0; id < 10; id++)
      metrics.observeRequest({ method: 'GET', endpoint: `/${id}`, status: 200, seconds: 0.1 });
    metrics.observeRequest({ method: 'GET', endpoint: '/1', status: 200, seconds: 0.1 });
    const samples = await read(metrics);
    assert.equal(samples.get('app_api_requests_total{method="GET",endpoint="/1",status="200"}'), 2);
    assert.equal(samples.get('app_api_requests_total{method="GET",endpoint="other",status="200"}'), 7);
    assert.equal(samples.get('app_series_folded_total{metric="app_api_requests_total"}'), 7);
    assert.equal(samples.get('app_api_request_duration_seconds_count{method="GET",endpoint="other"}'), 7);
    assert.equal([...samples.keys()].filter((key) => key.startsWith('app_api_requests_total')).length, 4);
  });

  test('a label value of 10 kB with quotes and line breaks is cut and stays one label', async () => {
    const metrics = createMetrics({ prefix: 'app' });
    metrics.countTelemetry(`a"b\nc\\${'x'.repeat(10_000)}`, 'power');
    const line = (await metrics.expose()).text.split('\n').find((one) => one.startsWith('app_telemetry'));
    assert.match(line ?? '', /^app_telemetry_points_total\{device_type="a\\"b\\nc\\\\x{122}",metric_name="power"\} 1$/);
  });

  test('a million values with ten thousand label values take less than 100 MB', () => {
    const script = `
      import { createMetrics } from './lib/application/index.ts';
      const metrics = createMetrics({ prefix: 'app' });
      const before = process.memoryUsage().rss;
      for (let count = 0; count < 1_000_000; count++)
        metrics.observeRequest({ method: 'GET', endpoint: '/devices/' + (count % 10_000), status: 200, seconds: 0.2 });
      const { app_api_requests_total: requests } = await metrics.summary();
      const other = requests['method="GET",endpoint="other",status="200"'];
      console.log(JSON.stringify({ other, megabytes: (process.memoryUsage().rss - before) / 1e6 }));
    `;
    // With room in plenty, V8 lets garbage lie.
    const limits = ['--max-old-space-size=64', '--max-semi-space-size=4'];
    const said = execFileSync(process.execPath, [...limits, '--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: root,
    });
    const { other, megabytes } = JSON.parse(String(said)) as { other: number; megabytes: number };
    assert.equal(other, 900_000);
    assert.ok(megabytes < 100, `${megabytes} MB`);
  });

  test('what is no number is refused, with the name of the value', () => {
    const metrics = createMetrics({ prefix: 'app' });
    assert.throws(() => metrics.setDevices({ online: NaN }), /devices online: NaN is no number/);
    assert.throws(() => metrics.setHealthScore('database', 101), /health score of database is 101/);
    assert.throws(() => createMetrics({ prefix: 'my-app' }), /the prefix "my-app"/);
    assert.throws(() => createMetrics({ prefix: 'app', mostSeries: 0 }), /mostSeries is 0/);
  });

  test('metrics of your own, and those of the process, are on the same page', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ plant: 'a' });
    new Counter({ name: 'jobs_total', help: 'Jobs.', registers: [registry] }).inc(4);
    const metrics = createMetrics({ prefix: 'app', registry, processMetrics: true });
    fill(metrics);
    const samples = await read(metrics);
    assert.equal(samples.get('jobs_total{plant="a"}'), 4);
    assert.ok((samples.get('app_process_resident_memory_bytes{plant="a"}') ?? 0) > 1e6);
    assert.equal(samples.get('app_api_requests_total{method="GET",endpoint="/devices/:id",status="200",plant="a"}'), 1);
  });

  test('a function of beforeReading that throws is told, and the page comes without its values', async () => {
    const problems: string[] = [];
    const metrics = createMetrics({ prefix: 'app', onProblem: (problem) => problems.push(problem) });
    metrics.beforeReading(() => {
      throw new Error('the pool is closed');
    });
    metrics.beforeReading(() => metrics.setHealthScore('overall', 90));
    assert.equal((await read(metrics)).get('app_system_health_score{component="overall"}'), 90);
    assert.deepEqual(problems, ['metrics: a function of beforeReading failed: the pool is closed']);
  });

  test('the endpoint serves the page and a summary on the loopback, and ends', async () => {
    const metrics = createMetrics({ prefix: 'app' });
    fill(metrics);
    const server = await metrics.listen({ port: 0 });
    const at = `http://127.0.0.1:${server.port}`;
    const page = await fetch(`${at}/metrics`);
    assert.equal(page.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(await page.text(), /app_devices_total\{status="online"\} 40/);
    const open = await fetch(`${at}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
    assert.match(await open.text(), /# EOF\n$/);
    const summary = (await (await fetch(`${at}/summary`)).json()) as Record<string, Record<string, number>>;
    assert.equal(summary['app_devices_total']?.['status="offline"'], 2);
    assert.equal((await fetch(`${at}/`)).status, 404);
    await server.close();
    await assert.rejects(fetch(`${at}/metrics`));
  });

  test('a port that is in use is named', async () => {
    const metrics = createMetrics({ prefix: 'app' });
    const server = await metrics.listen({ port: 0 });
    await assert.rejects(
      metrics.listen({ port: server.port }),
      new RegExp(`cannot listen on 127.0.0.1:${server.port}`),
    );
    await server.close();
  });
});
