// One GET, by node:http and node:https: the global fetch costs four times as much. Redirects are answers, not followed.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { errorCode } from '../contract/errors.ts';
import type { Answer } from '../contract/host.ts';
import { formatDuration } from '../core/quantity.ts';
import { onPool } from './leave.ts';

export async function getUrl(
  url: string,
  { timeoutMs, signal, userAgent }: { timeoutMs: number; signal: AbortSignal; userAgent: string },
): Promise<Answer> {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  // node:https costs more than all of node:http: only where it is needed.
  const { request } = secure ? await import('node:https') : await import('node:http');
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    headers: { 'user-agent': userAgent, accept: '*/*', connection: 'close' },
    agent: false,
    lookup: countedLookup,
    // The certificate is judged, not obeyed: an expired one must be told as expired, with its date.
    rejectUnauthorized: false,
  };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let certificate: Partial<Answer> = {};
    const finish = (rest: Pick<Answer, 'status' | 'error'>): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      resolve({ response_ms: performance.now() - began, ...rest, ...certificate });
      call.destroy();
    };
    const aborted = (): void => finish({ error: 'given up at the deadline' });
    const timer = setTimeout(
      () => finish({ error: `no answer within ${formatDuration(timeoutMs / 1000)}` }),
      timeoutMs,
    );
    signal.addEventListener('abort', aborted, { once: true });
    const call: ClientRequest = request(target, options, (response: IncomingMessage) =>
      finish({ status: response.statusCode ?? 0 }),
    );
    if (secure) {
      call.on('socket', (socket) => {
        socket.once('secureConnect', () => (certificate = readCertificate(socket as TLSSocket)));
      });
    }
    call.on('error', (error) => {
      if (isOurOwn(error)) reject(new Error(`asking ${url} failed here`, { cause: error }));
      finish({ error: connectionError(error) });
    });
    call.end();
  });
}

function readCertificate(socket: TLSSocket): Partial<Answer> {
  const { valid_to: until } = socket.getPeerCertificate();
  const problem: unknown = socket.authorized ? undefined : socket.authorizationError;
  return {
    ...expiry(until),
    ...(problem === undefined || problem === null
      ? {}
      : {
          certificate_problem:
            problem instanceof Error ? (errorCode(problem) ?? problem.message) : JSON.stringify(problem),
        }),
  };
}

/** A date that is none (month 13) is no end of a certificate; what OpenSSL thinks of it stands in the problem. */
function expiry(until: string | undefined): Pick<Answer, 'certificate_expires_at'> {
  const ms = Date.parse(until ?? '');
  return Number.isNaN(ms) ? {} : { certificate_expires_at: new Date(ms).toISOString() };
}

/** Our own shortage of files, ports or memory says nothing about the other side. */
const isOurOwn = (error: Error): boolean =>
  ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '');

/** Counted as a call on a thread while it runs: a name server that does not answer holds it beyond any deadline. */
export const countedLookup: LookupFunction = (hostname, options, callback) => {
  void onPool(
    () =>
      new Promise<void>((resolve) => {
        lookup(hostname, options, (...answer) => {
          resolve();
          callback(...answer);
        });
      }),
  );
};

// With several addresses behind a name, Node throws an AggregateError whose own message is empty.
export function connectionError(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? inner.message : String(inner);
}
