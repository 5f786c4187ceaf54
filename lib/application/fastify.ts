// Requests of Fastify. Its types are described here as far as they are used, so that nobody needs Fastify to compile.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { unmatched, watchRequest } from './requests.ts';

interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions: { readonly url?: string | undefined };
}

interface FastifyReply {
  readonly raw: ServerResponse;
}

interface Fastify {
  // A method, because TypeScript then takes Fastify's own, whose hooks are told more than ours.
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void): unknown;
}

/** A plugin that counts and times the requests of all routes: `app.register(observeFastify(metrics))`. */
export const observeFastify = (metrics: Metrics): ((app: Fastify, options: unknown, done: () => void) => void) =>
  Object.assign(
    (app: Fastify, _options: unknown, done: () => void) => {
      app.addHook('onRequest', (request, reply, next) =>
        watchRequest(metrics, request.raw, reply.raw, () => request.routeOptions.url ?? unmatched, next),
      );
      done();
    },
    // Otherwise Fastify would apply the hook to the routes of this plugin only, and it has none.
    { [Symbol.for('skip-override')]: true },
  );
