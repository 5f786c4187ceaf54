// An example of an application that is watched: an API over a plant that is not there, with metrics, alerts, traces and logs.
// ops/docs/application.md tells what to see. `npm run example -- --help`
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import {
  alertmanagerHandler,
  createAlerts,
  createMetrics,
  devicesOfflineRule,
  errorRateRule,
  observeFastify,
  startTracing,
  traceFields,
  withSpan,
} from 'ops-monitor/application';
import { type Fault, faults, makePlant } from './plant.ts';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8000' },
    'metrics-port': { type: 'string', default: '8001' },
    fault: { type: 'string', multiple: true, default: [] },
    alertmanager: { type: 'string' },
    seconds: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const usage = `Usage: npm run example -- [OPTION]...
An application that simulates devices, and is watched.

  --port NUMBER           of the API (default: 8000)
  --metrics-port NUMBER   of /metrics and /summary (default: 8001)
  --fault NAME            what is wrong; may be given again:
${Object.entries(faults)
  .map(([name, words]) => `                            ${name.padEnd(10)}${words}`)
  .join('\n')}
  --alertmanager URL      posts the alerts there
  --seconds NUMBER        ends after so many seconds
  --quiet                 writes no log

Traces go where OTEL_EXPORTER_OTLP_ENDPOINT says.`;

const isFault = (name: string): name is Fault => Object.hasOwn(faults, name);
const unknown = options.fault.find((name) => !isFault(name));

if (options.help) console.log(usage);
else if (unknown !== undefined) {
  console.error(`example: there is no fault "${unknown}": ${Object.keys(faults).join(', ')}`);
  process.exitCode = 2;
} else await run(new Set(options.fault.filter(isFault)));

async function run(active: ReadonlySet<Fault>): Promise<void> {
  /** One JSON line each, with the trace that it belongs to. */
  const log = (level: 'info' | 'warning' | 'error', message: string, more: object = {}): void => {
    if (!options.quiet)
      console.log(JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'plant-api', message, ...more, ...traceFields() }));
  };
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  if (options.seconds !== undefined) setTimeout(() => stop.abort(), Number(options.seconds) * 1000);

  const tracing = await startTracing({ service: 'plant-api', version: '1.0.0' });
  const metrics = createMetrics({ prefix: 'valtronics', processMetrics: true });
  const alerts = createAlerts<{ errorRate: number; devicesOffline: number }>({
    metrics,
    rules: [errorRateRule(), devicesOfflineRule()],
    handlers: [
      ({ kind, alert }) => log('warning', `alert ${kind}: ${alert.name}: ${alert.message}`),
      ...(options.alertmanager === undefined
        ? []
        : [alertmanagerHandler({ urls: [options.alertmanager], labels: { service: 'plant-api' } })]),
    ],
  });
  const plant = makePlant(active);
  const recent = { requests: 0, failed: 0 };

  /** A query of the database that is not there. */
  const query = <Rows>(rows: Rows): Promise<Rows> =>
    withSpan('SELECT', async () => {
      await sleep(plant.queryTime() * 1000);
      if (plant.fails()) throw new Error('database: connection reset');
      return rows;
    });

  // A connection that was opened for a request that never came would keep it from closing for a minute.
  const app = Fastify({ forceCloseConnections: true });
  await app.register(observeFastify(metrics));
  app.addHook('onResponse', async (request, { statusCode }) => {
    recent.requests += 1;
    if (statusCode >= 500) recent.failed += 1;
    log(statusCode >= 500 ? 'error' : 'info', `${request.method} ${request.url} ${statusCode}`);
  });
  app.get('/devices', () => query(plant.devices));
  app.get<{ Params: { id: string } }>('/devices/:id', async (request, reply) => {
    const device = await query(plant.devices[Number(request.params.id)]);
    return device ?? reply.code(404).send({ message: 'no such device' });
  });
  app.post<{ Params: { id: string } }>('/devices/:id/commands', async (request, reply) => {
    metrics.countMqttMessage('devices/+/command', 'publish');
    log('info', `command for device ${request.params.id}`);
    return reply.code(202).send(await query({ accepted: true }));
  });
  app.get('/alerts', () => ({ active: alerts.active(), statistics: alerts.statistics() }));

  const served = await metrics.listen({ port: Number(options['metrics-port']) });
  await app.listen({ port: Number(options.port), host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  log('info', `listening on 127.0.0.1:${port}, metrics on 127.0.0.1:${served.port}`, { faults: [...active] });

  /** A user who asks some ten times a second. */
  const use = async (): Promise<void> => {
    const at = `http://127.0.0.1:${port}`;
    while (!stop.signal.aborted) {
      const id = Math.floor(Math.random() * 50);
      const asked =
        Math.random() < 0.1
          ? fetch(`${at}/devices/${id}/commands`, { method: 'POST', signal: stop.signal })
          : fetch(`${at}/devices${Math.random() < 0.3 ? '' : `/${id}`}`, { signal: stop.signal });
      void asked.then((answer) => answer.arrayBuffer()).catch(() => undefined);
      await sleep(60 + Math.random() * 80);
    }
  };

  const live = async (): Promise<void> => {
    let next = 0;
    for (let second = 0; !stop.signal.aborted; second++) {
      for (const { type } of plant.step()) {
        metrics.countMqttMessage('devices/+/state', 'subscribe');
        metrics.countTelemetry(type, type === 'meter' ? 'power' : 'position');
      }
      const counts = Map.groupBy(plant.devices, ({ status }) => status);
      metrics.setDevices(Object.fromEntries([...counts].map(([status, { length }]) => [status, length])));
      metrics.setDatabaseConnections(plant.connections);
      for (const [source, frames] of Object.entries(plant.frames)) metrics.setFramesPerSecond(source, frames);
      const { used, max } = plant.connections;
      const errorRate = recent.requests === 0 ? undefined : recent.failed / recent.requests;
      const scores = {
        database: 100 * (1 - used / max),
        ...(errorRate === undefined ? {} : { api: 100 * (1 - errorRate) }),
        devices: (100 * (counts.get('online')?.length ?? 0)) / plant.devices.length,
      };
      for (const [component, score] of Object.entries(scores)) metrics.setHealthScore(component, score);
      metrics.setHealthScore('overall', Math.min(...Object.values(scores)));
      // Without requests nothing is known about them.
      if (second >= next && errorRate !== undefined) {
        next = second + 15;
        alerts.evaluate({ errorRate, devicesOffline: counts.get('offline')?.length ?? 0 });
        Object.assign(recent, { requests: 0, failed: 0 });
      }
      if (active.has('critical') && second % 60 === 0)
        alerts.create({ name: 'PressureHigh', severity: 'critical', message: 'the pressure is 12 bar', labels: { at: String(second) } });
      await sleep(1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };

  await Promise.all([use(), live()]);
  await app.close();
  await Promise.all([served.close(), alerts.stop(), tracing.stop()]);
  log('info', 'ended');
}
