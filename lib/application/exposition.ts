// The metrics of a registry as text, in the format that the reader asks for. A registry of prom-client has one format, and
// writing OpenMetrics renames its counters for good; so both formats are written from a copy.
import { Registry, type RegistryContentType } from 'prom-client';

export interface Exposition {
  readonly type: string;
  readonly text: string;
}

interface Written {
  readonly name: string;
  readonly type: unknown;
  getForPromString?(): Promise<Written>;
  get(): Promise<Written>;
}

/** `accept` is the header of the request: OpenMetrics, which has the trace ids, is written only for a reader that names it. */
export async function exposeMetrics(registry: Registry<RegistryContentType>, accept = ''): Promise<Exposition> {
  const type = accept.includes('application/openmetrics-text')
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
  const copy = registryOf(type);
  // prom-client has no function that gives them.
  const { _defaultLabels: labels } = registry as unknown as { readonly _defaultLabels?: object };
  copy.setDefaultLabels(labels ?? {});
  const metrics = registry.getMetricsAsArray() as unknown as readonly Written[];
  for (const metric of metrics) copy.registerMetric(copyOf(metric, type) as never);
  return { type, text: await copy.metrics() };
}

export function registryOf(type: RegistryContentType): Registry<RegistryContentType> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(type);
  return registry;
}

function copyOf(metric: Written, format: RegistryContentType): object {
  // The copy for OpenMetrics gets its `_total` from prom-client again.
  const name = metric.type === 'counter' ? counterName(metric.name, format) : metric.name;
  const read = async (): Promise<Written> => ({ ...(await (metric.getForPromString?.() ?? metric.get())), name });
  return { name, type: metric.type, get: read };
}

const counterName = (name: string, format: RegistryContentType): string =>
  `${name.replace(/_total$/, '')}${format === Registry.PROMETHEUS_CONTENT_TYPE ? '_total' : ''}`;
