// Servers and receivers for the tests of what an application imports.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from '../process.ts';

/** Listens on the loopback until the end of the test. Returns its URL. */
export async function listening(t: TestContext, server: Server | RequestListener): Promise<string> {
  const open = typeof server === 'function' ? createServer(server) : server;
  // Before it is closed: a connection that is kept alive would hold it.
  t.after(() => open.closeAllConnections());
  return `http://127.0.0.1:${await listen(t, open)}`;
}

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A receiver of OTLP over HTTP, which keeps what comes. */
export async function traceReceiver(t: TestContext) {
  const bodies: Traces[] = [];
  const url = await listening(t, (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(JSON.parse(text) as Traces);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  return {
    url,
    spans: (): Span[] =>
      bodies.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    resource: (): Record<string, unknown> => attributesOf(bodies[0]?.resourceSpans[0]?.resource.attributes ?? []),
  };
}

export const attributesOf = (attributes: Span['attributes']): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
