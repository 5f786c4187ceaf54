// Requests of Express, 4 and 5. Its types are described here as far as they are used, so that nobody needs Express to compile.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { unmatched, watchRequest } from './requests.ts';

interface Routed extends IncomingMessage {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/** Middleware that counts and times the requests of all routes that come after it: `app.use(observeExpress(metrics))`. */
export const observeExpress =
  (metrics: Metrics) =>
  (request: IncomingMessage, response: ServerResponse, next: () => void): void =>
    watchRequest(metrics, request, response, () => endpointOf(request), next);

function endpointOf({ baseUrl = '', route }: Routed): string {
  // A route may be a pattern or a list.
  return route === undefined ? unmatched : `${baseUrl}${String(route.path)}`;
}
