// Sets up tracing for a process: spans go by OTLP over HTTP to a collector or to Jaeger. Without an address nothing is loaded and
// nothing is done.
import { environmentVariable } from '../io/variables.ts';
import { type OnProblem, safely } from './problem.ts';

export interface TracingOptions {
  /** Name of the application. Default: OTEL_SERVICE_NAME. */
  readonly service?: string;
  readonly version?: string;
  /** Where the spans go: `http://localhost:4318`. Default: OTEL_EXPORTER_OTLP_ENDPOINT; without either, tracing is off. */
  readonly endpoint?: string;
  /** Share of the traces that are kept, 0 to 1. A caller's decision counts before it. Default: 1. */
  readonly share?: number;
  /** More about the process: `{ 'deployment.environment.name': 'production' }`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Told when spans cannot be sent. Default: one line on standard error, at most one a minute. */
  readonly onProblem?: OnProblem;
}

export interface Tracing {
  readonly isOn: boolean;
  /** Sends what waits, within so many seconds (default: 5), and ends tracing. Never throws. */
  stop(seconds?: number): Promise<void>;
}

const off: Tracing = { isOn: false, stop: () => Promise.resolve() };

export async function startTracing(options: TracingOptions = {}): Promise<Tracing> {
  const { endpoint = environmentVariable('OTEL_EXPORTER_OTLP_ENDPOINT') } = options;
  const isDisabled = environmentVariable('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
  if (endpoint === undefined || endpoint === '' || isDisabled) return off;
  if (!['http:', 'https:'].includes(URL.parse(endpoint)?.protocol ?? ''))
    throw new TypeError(`tracing: the endpoint "${endpoint}" is not an http or https URL`);
  const { sendSpans } = await import('./send-spans.ts');
  return { isOn: true, stop: sendSpans({ ...options, endpoint, onProblem: safely(options.onProblem) }) };
}
