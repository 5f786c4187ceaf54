// Requests of a server of node:http.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { watchRequest } from './requests.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface NodeHttpOptions {
  /** The route of a request. Default: its path with numbers and ids as `:id`. */
  readonly endpointOf?: (request: IncomingMessage) => string;
}

/** The same handler, with its requests counted and timed: `createServer(observeHttp(metrics, handler))`. */
export const observeHttp =
  (metrics: Metrics, handler: Handler, { endpointOf = shapeOfPath }: NodeHttpOptions = {}): Handler =>
  (request, response) =>
    watchRequest(
      metrics,
      request,
      response,
      () => endpointOf(request),
      () => handler(request, response),
    );

const mostParts = 6;
/** A number, a UUID, a hash, or a text too long for a name. */
const id = /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|.{33,})$/i;

/** `/devices/17/state?at=now` → `/devices/:id/state` */
function shapeOfPath({ url = '/' }: IncomingMessage): string {
  const [path = '/'] = url.split('?');
  const parts = path.split('/').slice(1);
  const shape = parts.slice(0, mostParts).map((part) => (id.test(part) ? ':id' : part));
  return `/${[...shape, ...(parts.length > mostParts ? ['…'] : [])].join('/')}`;
}
