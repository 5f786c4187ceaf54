// The metrics of an application, on prom-client. Names, labels and buckets are those that the delivered boards and rules ask
// for: ops/docs/application.md.
import { trace } from '@opentelemetry/api';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import { serve } from '../io/server.ts';
import { type Exposition, exposeMetrics, registryOf } from './exposition.ts';
import { type OnProblem, reasonOf, safely } from './problem.ts';
import { type Labels, limitSeries } from './series-limit.ts';

export interface MetricsOptions {
  /** Stands before each name: with `valtronics`, `valtronics_api_requests_total`. */
  readonly prefix: string;
  /** A registry of prom-client that has metrics already. Made with the content type of OpenMetrics it can hold trace ids. */
  readonly registry?: Registry<RegistryContentType>;
  /** Also prom-client's own metrics of this process: memory, event loop, garbage collection. Default: no. */
  readonly processMetrics?: boolean;
  /** Combinations of label values that one metric keeps; further ones are counted under `other`. Default: 1000. */
  readonly mostSeries?: number;
  /** Told of what went wrong in the background. Default: one line on standard error. */
  readonly onProblem?: OnProblem;
}

const deviceStates = ['online', 'offline', 'error', 'warning'] as const;
export type DeviceState = (typeof deviceStates)[number];

export interface RequestSeen {
  readonly method: string;
  /** The route, such as `/devices/:id`, and not the path of the request. */
  readonly endpoint: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Connections {
  readonly used: number;
  readonly idle: number;
  readonly max: number;
}

export interface ListenOptions {
  /** Default: 8001. 0 takes a free port. */
  readonly port?: number;
  /** The address to listen on. Default: 127.0.0.1; `0.0.0.0` where Prometheus asks from another machine or container. */
  readonly host?: string;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface Metrics {
  readonly prefix: string;
  /** For metrics of your own: `new Counter({ …, registers: [metrics.registry] })`. */
  readonly registry: Registry<RegistryContentType>;
  /** Devices by their state. A state that is not named has none. */
  setDevices(devices: Partial<Record<DeviceState, number>>): void;
  countTelemetry(deviceType: string, metricName: string, points?: number): void;
  countAlert(severity: string, alertType: string): void;
  observeRequest(request: RequestSeen): void;
  setDatabaseConnections(connections: Connections): void;
  countMqttMessage(topic: string, direction: 'publish' | 'subscribe'): void;
  /** 0 to 100. Name the whole application `overall`. */
  setHealthScore(component: string, score: number): void;
  setFramesPerSecond(source: string, frames: number): void;
  /** Called before the values are read: for what is looked up and not counted, such as the connections of a pool. */
  beforeReading(update: () => void): void;
  /** The text for Prometheus, in the format that the header `accept` asks for. */
  expose(accept?: string): Promise<Exposition>;
  /** All values, for a person: `{ valtronics_devices_total: { 'status="online"': 3 } }`. */
  summary(): Promise<Record<string, Record<string, number>>>;
  /** Serves `/metrics`, and `/summary` as JSON. */
  listen(options?: ListenOptions): Promise<MetricsServer>;
}

const defaultPort = 8001;
const defaultMostSeries = 1000;
const requestBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50];
/** Prometheus waits 10 s by default. */
const answerMs = 9_000;

export function createMetrics(options: MetricsOptions): Metrics {
  const { prefix, mostSeries = defaultMostSeries } = options;
  const onProblem = safely(options.onProblem);
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(prefix))
    throw new TypeError(`the prefix "${prefix}" of the metrics has to be letters, digits and _`);
  if (!(mostSeries >= 1)) throw new TypeError(`mostSeries is ${mostSeries}: it has to be 1 or more`);
  const registry = options.registry ?? registryOf(Registry.OPENMETRICS_CONTENT_TYPE);
  // prom-client refuses a metric with exemplars in a registry of the other format.
  const enableExemplars = registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE;
  const updates: (() => void)[] = [];
  const base = <Name extends string>(name: string, help: string, labelNames: readonly Name[]) => ({
    name: `${prefix}_${name}`,
    help,
    labelNames,
    registers: [registry],
  });

  const folded = new Counter(
    base('series_folded_total', 'Values whose labels were replaced by "other": see the limit on series.', ['metric']),
  );
  const limit = (name: string, names: readonly string[], open = names): ((...values: string[]) => Labels) =>
    limitSeries({ names, open, mostSeries, onFolded: () => folded.inc({ metric: `${prefix}_${name}` }) });

  const devices = new Gauge(base('devices_total', 'Devices by their state.', ['status']));
  const telemetry = new Counter(
    base('telemetry_points_total', 'Values that devices sent.', ['device_type', 'metric_name']),
  );
  const telemetryLabels = limit('telemetry_points_total', ['device_type', 'metric_name']);
  const alerts = new Counter(base('alerts_total', 'Alerts that the application raised.', ['severity', 'alert_type']));
  const alertLabels = limit('alerts_total', ['severity', 'alert_type']);
  const requests = new Counter({
    ...base('api_requests_total', 'Requests that the API answered.', ['method', 'endpoint', 'status']),
    enableExemplars,
  });
  const requestLabels = limit('api_requests_total', ['method', 'endpoint', 'status'], ['endpoint']);
  const durations = new Histogram({
    ...base('api_request_duration_seconds', 'Time from a request to the end of its answer.', ['method', 'endpoint']),
    buckets: requestBuckets,
    enableExemplars,
  });
  /** Of the labels of the counter, which are limited. */
  const durationLabels = new WeakMap<Labels, Labels>();
  const connections = new Gauge(base('database_connections', 'Connections of the database pool.', ['state']));
  const messages = new Counter(
    base('mqtt_messages_total', 'MQTT messages by topic and direction.', ['topic', 'direction']),
  );
  const messageLabels = limit('mqtt_messages_total', ['topic', 'direction'], ['topic']);
  const health = new Gauge(base('system_health_score', 'Health of a component, 0 to 100.', ['component']));
  const healthLabels = limit('system_health_score', ['component']);
  const frames = new Gauge(base('frames_per_second', 'Frames that a source gives each second.', ['source']));
  const frameLabels = limit('frames_per_second', ['source']);
  if (options.processMetrics) collectDefaultMetrics({ register: registry as Registry, prefix: `${prefix}_` });

  const update = (): void => {
    for (const each of updates)
      try {
        each();
      } catch (error) {
        onProblem(`metrics: a function of beforeReading failed: ${reasonOf(error)}`);
      }
  };
  const expose = (accept?: string): Promise<Exposition> => {
    update();
    return exposeMetrics(registry, accept);
  };
  const summary = async (): Promise<Record<string, Record<string, number>>> => {
    update();
    return summaryOf(registry);
  };

  return {
    prefix,
    registry,
    setDevices: (given) => {
      for (const status of deviceStates) devices.set({ status }, numberOf(given[status] ?? 0, 'devices', status));
    },
    countTelemetry: (device_type, metric_name, points = 1) =>
      telemetry.inc(telemetryLabels(device_type, metric_name), points),
    countAlert: (severity, alert_type) => alerts.inc(alertLabels(severity, alert_type)),
    observeRequest: ({ method, endpoint, status, seconds }) => {
      const counted = requestLabels(method, endpoint, String(status));
      let timed = durationLabels.get(counted);
      if (!timed) durationLabels.set(counted, (timed = without('status', counted)));
      // prom-client has another call for metrics with exemplars.
      if (enableExemplars) {
        const exemplar = traceLabels();
        requests.inc({ labels: counted, value: 1, ...exemplar });
        durations.observe({ labels: timed, value: seconds, ...exemplar });
      } else {
        requests.inc(counted);
        durations.observe(timed, seconds);
      }
    },
    setDatabaseConnections: (given) => {
      for (const state of ['used', 'idle', 'max'] as const)
        connections.set({ state }, numberOf(given[state], 'database connections', state));
    },
    countMqttMessage: (topic, direction) => messages.inc(messageLabels(topic, direction)),
    setHealthScore: (component, score) => {
      if (!(score >= 0 && score <= 100))
        throw new RangeError(`the health score of ${component} is ${score}: it has to be 0 to 100`);
      health.set(healthLabels(component), score);
    },
    setFramesPerSecond: (source, value) =>
      frames.set(frameLabels(source), numberOf(value, 'frames per second of', source)),
    beforeReading: (each) => {
      updates.push(each);
    },
    expose,
    summary,
    listen: async ({ port = defaultPort, host = '127.0.0.1' } = {}) => {
      const stop = new AbortController();
      const server = await serve({
        name: 'the metrics endpoint',
        port,
        host,
        deadlineMs: answerMs,
        until: stop.signal,
        onProblem: (problem) => onProblem(`metrics: ${problem}`),
        answer: async ({ path, accept }) => {
          if (path === '/metrics') {
            const { type, text } = await expose(accept);
            return { status: 200, type, body: text };
          }
          if (path === '/summary')
            return { status: 200, type: 'application/json', body: `${JSON.stringify(await summary(), null, 2)}\n` };
          return { status: 404, type: 'text/plain; charset=utf-8', body: 'There are /metrics and /summary here.\n' };
        },
      });
      return {
        port: server.port,
        close: async () => {
          stop.abort();
          await server.closed;
        },
      };
    },
  };
}

function numberOf(value: number, what: string, which: string): number {
  if (!Number.isFinite(value)) throw new TypeError(`${what} ${which}: ${value} is no number`);
  return value;
}

const without = (label: string, labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => name !== label));

/** So that a reader comes from a slow request in a graph to its trace. */
function traceLabels(): { readonly exemplarLabels: Labels } | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  const isSampled = context !== undefined && (context.traceFlags & 1) === 1;
  return isSampled ? { exemplarLabels: { trace_id: context.traceId, span_id: context.spanId } } : undefined;
}

async function summaryOf(registry: Registry<RegistryContentType>): Promise<Record<string, Record<string, number>>> {
  const summary: Record<string, Record<string, number>> = {};
  for (const { name, values } of await registry.getMetricsAsJSON())
    for (const value of values) {
      const { metricName = name } = value as { readonly metricName?: string };
      const labels = Object.entries(value.labels).map(([label, said]) => `${label}="${said}"`);
      (summary[metricName] ??= {})[labels.join(',')] = value.value;
    }
  return summary;
}
