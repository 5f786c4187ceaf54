// The SDK of OpenTelemetry, set up to send spans by OTLP over HTTP. Loaded by startTracing, and only where there is an address.
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { environmentVariable } from '../io/variables.ts';
import { type OnProblem, reasonOf } from './problem.ts';

const defaultStopSeconds = 5;
const secondsPerRequest = 10;
const secondsBetweenComplaints = 60;

interface Sending {
  readonly service?: string;
  readonly version?: string;
  readonly endpoint: string;
  readonly share?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly onProblem: OnProblem;
}

/** Returns the function that ends it. */
export function sendSpans(options: Sending): (seconds?: number) => Promise<void> {
  const { endpoint, share = 1, attributes = {}, onProblem } = options;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`tracing: the share is ${share}: it has to be 0 to 1`);
  const service = options.service ?? environmentVariable('OTEL_SERVICE_NAME') ?? 'unknown_service:node';
  const described = {
    'service.name': service,
    ...(options.version === undefined ? {} : { 'service.version': options.version }),
    ...attributes,
  };
  const provider = new TracerProvider({
    resource: detectResources({ detectors: [envDetector] }).merge(resourceFromAttributes(described)),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanLimits: { attributeValueLengthLimit: 1024 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: complaining(exporterTo(endpoint), endpoint, onProblem),
        exportTimeoutMillis: secondsPerRequest * 1000,
      }),
    ],
  });
  if (!trace.setGlobalTracerProvider(provider)) {
    void provider.shutdown();
    throw new Error('tracing: it is set up already in this process');
  }
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return async (seconds = defaultStopSeconds) => {
    trace.disable();
    propagation.disable();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      onProblem(`tracing: the last spans were not taken within ${seconds} s`);
      late.resolve();
    }, seconds * 1000);
    const sent = provider.shutdown().catch((error: unknown) => onProblem(`tracing: ${reasonOf(error)}`));
    await Promise.race([sent, late.promise]);
    clearTimeout(timer);
    context.disable();
  };
}

const exporterTo = (endpoint: string): SpanExporter =>
  new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: secondsPerRequest * 1000 });

/** The SDK tells nobody when spans are not taken. */
function complaining(exporter: SpanExporter, endpoint: string, onProblem: OnProblem): SpanExporter {
  let complainedAt = -Infinity;
  const told = ({ code, error }: ExportResult, spans: number): void => {
    const now = performance.now();
    if (code === ExportResultCode.SUCCESS || now - complainedAt < secondsBetweenComplaints * 1000) return;
    complainedAt = now;
    onProblem(`tracing: ${spans} spans were not taken by ${URL.parse(endpoint)?.host}: ${reasonOf(error)}`);
  };
  return {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
      exporter.export(spans, (result) => {
        told(result, spans.length);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush ? { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() } : {}),
  };
}
