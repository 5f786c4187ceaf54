// A pool of connections of the package `pg`, described as far as it is used.
import { SpanKind } from '@opentelemetry/api';
import type { Metrics } from './metrics.ts';
import { failed, isTracing, tracer } from './span.ts';

interface Client {
  query: (...args: never[]) => unknown;
}

interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly options: { readonly max?: number };
  on(event: 'connect', listener: (client: never) => void): unknown;
}

/** Counts the pool's connections each time the metrics are read; each query is a span. Returns the pool. */
export function observePool<Given extends Pool>(metrics: Metrics, pool: Given): Given {
  metrics.beforeReading(() =>
    metrics.setDatabaseConnections({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      max: pool.options.max ?? 10, // the default of pg
    }),
  );
  pool.on('connect', traceQueries);
  return pool;
}

function traceQueries(client: Client): void {
  const ask = client.query as (...args: unknown[]) => unknown;
  client.query = function (this: unknown, ...args: unknown[]): unknown {
    if (!isTracing()) return ask.apply(this, args);
    const operation = operationOf(args[0]);
    const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation };
    const span = tracer().startSpan(operation, { kind: SpanKind.CLIENT, attributes });
    const last = args.at(-1);
    if (typeof last === 'function') {
      const told = (error: unknown, ...rest: unknown[]): unknown => {
        if (error) failed(span, error);
        else span.end();
        return (last as (...args: unknown[]) => unknown)(error, ...rest);
      };
      return ask.apply(this, [...args.slice(0, -1), told]);
    }
    const answer = ask.apply(this, args);
    // A query that is submitted as an object (a cursor) ends when its owner says so, which is not known here.
    if (!(answer instanceof Promise)) {
      span.end();
      return answer;
    }
    answer.then(
      () => span.end(),
      (error: unknown) => failed(span, error),
    );
    return answer;
  };
}

/** `SELECT`. Not the whole text, in which there may be anything. */
function operationOf(query: unknown): string {
  const text = typeof query === 'object' && query !== null && 'text' in query ? query.text : query;
  return typeof text === 'string' ? (/^\s*([a-z]{1,20})\b/i.exec(text)?.[1]?.toUpperCase() ?? 'QUERY') : 'QUERY';
}
