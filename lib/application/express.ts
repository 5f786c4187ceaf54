// Requests of Express, 4 and 5. Its types are described here as far as they are used, so that nobody needs Express to compile.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { unmatched, watchRequest } from './requests.ts';

interface Routed extends IncomingMessage {
  readonly baseUrl?: string;
  route?: { readonly path?: unknown } | undefined;
}

/** Middleware that counts and times the requests of all routes that come after it: `app.use(observeExpress(metrics))`. */
export const observeExpress =
  (metrics: Metrics) =>
  (request: IncomingMessage, response: ServerResponse, next: () => void): void =>
    watchRequest(metrics, request, response, noteRoute(request), next);

/** Returns the function that gives the endpoint. Express forgets the path of a router (`baseUrl`) before it answers for a route that
 * failed, so the endpoint is noted when the route is found. */
function noteRoute(request: Routed): () => string {
  let { route } = request;
  let endpoint = unmatched;
  Object.defineProperty(request, 'route', {
    configurable: true,
    enumerable: true,
    get: () => route,
    set: (found: Routed['route']) => {
      route = found;
      // A route may be a pattern or a list.
      if (found) endpoint = `${request.baseUrl ?? ''}${String(found.path)}`;
    },
  });
  return () => endpoint;
}
