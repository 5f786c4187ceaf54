// One request of an HTTP server, from its first byte to the end of the answer: counted, timed, and a span where tracing is on.
// Shared by the servers that we know: node-http.ts, fastify.ts, express.ts.
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Metrics } from './metrics.ts';
import { contextOf, type Headers, isTracing, tracer } from './span.ts';

interface Request {
  readonly method?: string | undefined;
  readonly headers: Headers;
}

interface Response {
  readonly statusCode: number;
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** The endpoint of a request for which there is no route. Its path is anything that somebody out there has typed. */
export const unmatched = 'unmatched';

function endpointOrUnmatched(endpointOf: () => string): string {
  try {
    return endpointOf();
  } catch {
    return unmatched; // a function of the application: its error would end the process here
  }
}

/** The client went away before the whole answer: no status of ours, so the number by which nginx logs it. */
const clientLeft = 499;

/** `next` handles the request. `endpointOf` is asked at the end, when a router has found the route. */
export function watchRequest(
  metrics: Metrics,
  request: Request,
  response: Response,
  endpointOf: () => string,
  next: () => void,
): void {
  const began = performance.now();
  const method = request.method ?? 'GET';
  const observe = (): { readonly endpoint: string; readonly status: number } => {
    const endpoint = endpointOrUnmatched(endpointOf);
    const status = response.writableFinished ? response.statusCode : clientLeft;
    metrics.observeRequest({ method, endpoint, status, seconds: (performance.now() - began) / 1000 });
    return { endpoint, status };
  };
  if (!isTracing()) {
    response.once('close', observe);
    return next();
  }
  const attributes = { 'http.request.method': method };
  const caller = contextOf(request.headers);
  const span = tracer().startSpan(method, { kind: SpanKind.SERVER, attributes }, caller);
  const active = trace.setSpan(caller, span);
  response.once('close', () => {
    // In the context of the span, so that the values in the metrics name this trace.
    const { endpoint, status } = context.with(active, observe);
    span.updateName(`${method} ${endpoint}`);
    span.setAttributes({ 'http.route': endpoint, 'http.response.status_code': status });
    if (status >= 500 || status === clientLeft) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  context.with(active, next);
}
