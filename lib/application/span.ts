// Spans by the API of OpenTelemetry: what these functions note goes wherever the application's tracing is set up to send it,
// by startTracing (tracing.ts) or otherwise, and nowhere where it is not.
import {
  type Attributes,
  context,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { product } from '../io/product.ts';
import { reasonOf } from './problem.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export const tracer = (): Tracer => trace.getTracer('ops-monitor/application', product.version);

/** Whether anybody takes the spans. The API's stand-in propagates no header. */
export const isTracing = (): boolean => propagation.fields().length > 0;

/** Runs `work` within a span, and returns what it returns. What it throws is noted in the span and thrown on. A promise ends the
 * span when it settles. */
export function withSpan<Result>(name: string, work: (span: Span) => Result, attributes: Attributes = {}): Result {
  return tracer().startActiveSpan(name, { attributes }, (span) => {
    let result: Result;
    try {
      result = work(span);
    } catch (error) {
      throw failed(span, error);
    }
    if (!isPromise(result)) {
      span.end();
      return result;
    }
    const settled = result.then(
      (value) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        throw failed(span, error);
      },
    );
    return settled as Result;
  });
}

/** The same function, each call of it within a span. */
export const traced = <This, Args extends unknown[], Result>(
  name: string,
  work: (this: This, ...args: Args) => Result,
  attributes: Attributes = {},
): ((this: This, ...args: Args) => Result) =>
  function (this: This, ...args: Args): Result {
    return withSpan(name, () => work.apply(this, args), attributes);
  };

/** The context that a caller sent in the W3C headers `traceparent` and `tracestate`. Without them, a new trace begins. */
export const contextOf = (headers: Headers): Context => propagation.extract(ROOT_CONTEXT, headers);

/** These headers together with those that carry the current context to the server that is called. */
export function withTraceHeaders<Given extends Readonly<Record<string, string>>>(
  headers: Given,
): Given & Record<string, string> {
  const carrier: Given & Record<string, string> = { ...headers };
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** For the lines of a log: `{ trace_id, span_id }` within a span, otherwise nothing. `pino({ mixin: traceFields })` */
export function traceFields(): { readonly trace_id: string; readonly span_id: string } | Record<string, never> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** Notes the error in the span, ends it, and returns the error. */
export function failed(span: Span, error: unknown): unknown {
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: reasonOf(error) });
  span.end();
  return error;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
