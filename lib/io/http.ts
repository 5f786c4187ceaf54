// The HTTP client, on node:http and node:https: the global fetch costs four times as much. Redirects are not followed.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { errorCode } from '../contract/errors.ts';
import type { GetOptions, UrlReply } from '../contract/host.ts';
import type { HttpReply, HttpRequest } from '../contract/net.ts';
import { certificateWords, connectionWords } from '../core/connection.ts';
import { oneLine } from '../core/harmless.ts';
import { formatDuration } from '../core/quantity.ts';
import { maskUrls } from '../core/urls.ts';
import { reasonOf } from '../core/text.ts';
import { onPool } from './leave.ts';
import { product } from './product.ts';

export async function requestOverHttp(request: HttpRequest): Promise<HttpReply> {
  const { method, url, body, seconds, signal, mostBodyBytes = 0, acceptsAnyCertificate, address } = request;
  const began = performance.now();
  const nothing = { body: '', headers: {} };
  const target = URL.parse(url);
  if (!target || !['http:', 'https:'].includes(target.protocol))
    return { ...nothing, response_ms: 0, error: 'the address is not an http or https URL' };
  const isSecure = target.protocol === 'https:';
  // Loaded on demand: node:https alone costs more than all of node:http.
  const http = isSecure ? await import('node:https') : await import('node:http');
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    method,
    headers: {
      'user-agent': `ops-monitor/${product.version}`,
      connection: 'close',
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...request.headers,
    },
    agent: false,
    lookup: address === undefined ? countedLookup : lookupOf(address),
    ...(acceptsAnyCertificate ? { rejectUnauthorized: false } : {}),
  };
  return new Promise((resolve) => {
    let call: ClientRequest | undefined;
    let certificate: Certificate = {};
    const finish = (reply: Omit<HttpReply, 'response_ms'>): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      resolve({ response_ms: performance.now() - began, ...reply, ...certificate });
      call?.destroy();
    };
    const fail = (error: string, failure: HttpReply['failure'] = 'theirs', code?: string): void =>
      finish({ ...nothing, error, failure, ...(code === undefined ? {} : { code }) });
    let giveUp = (_why?: string): void => fail(`no answer within ${seconds} s`, 'late');
    const aborted = (): void => fail('abandoned at the deadline');
    const timer = setTimeout(() => giveUp(`it was not complete within ${formatDuration(seconds)}`), seconds * 1000);
    signal?.addEventListener('abort', aborted, { once: true });
    let isAnswered = false;
    const read = (response: IncomingMessage): void => {
      isAnswered = true;
      const { statusCode: status = 0 } = response;
      const headers = Object.fromEntries(Object.entries(response.headers).map(([name, said]) => [name, String(said)]));
      let text = '';
      // From here on the status is known: a body that is incomplete or late does not make the request fail.
      giveUp = (incomplete) =>
        finish({ status, headers, body: text, ...(incomplete === undefined ? {} : { incomplete }) });
      const endBody = (): void => giveUp(response.complete ? undefined : 'the connection was closed before its end');
      if (mostBodyBytes === 0) return giveUp();
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > mostBodyBytes) giveUp(`it has more than ${mostBodyBytes} bytes`);
      });
      response.on('end', endBody);
      response.on('error', endBody);
      // Bytes after the end of the answer, such as a line break too many. The body that came before is still to be read.
      call?.on('error', () => setImmediate(endBody));
    };
    try {
      call = http.request(target, options, read);
    } catch (error) {
      return fail(reasonOf(error)); // a header value that HTTP does not allow
    }
    if (isSecure)
      call.on('socket', (socket) => {
        socket.once('secureConnect', () => (certificate = readCertificate(socket as TLSSocket)));
      });
    call.on('error', (error) => {
      if (!isAnswered) fail(reasonOf(error), isOurs(error) ? 'ours' : 'theirs', errorCode(error));
    });
    call.end(body);
  });
}

type GetUrl = GetOptions & { readonly signal: AbortSignal; readonly userAgent: string };

/** For a Host: reads the status and the certificate, and the body only where one is asked for. */
export async function getUrl(
  url: string,
  { timeoutMs, bodyBytes, signal, userAgent, method = 'GET', address, authorization }: GetUrl,
): Promise<UrlReply> {
  const headers = { 'user-agent': userAgent, accept: '*/*', ...(authorization === undefined ? {} : { authorization }) };
  const seconds = timeoutMs / 1000;
  const more = bodyBytes === undefined ? ({ acceptsAnyCertificate: true } as const) : { mostBodyBytes: bodyBytes };
  const reply = await requestOverHttp({ method, url, headers, seconds, signal, address, ...more });
  const { failure, code, body, incomplete, headers: replied, ...answer } = reply;
  if (failure === 'ours') throw new Error(`asking ${maskUrls(url)} failed here`, { cause: answer.error });
  const words = connectionWords(code);
  if (words !== undefined) return { ...answer, error: words };
  if (failure === 'late') return { ...answer, error: `no answer within ${formatDuration(seconds)}` };
  if (bodyBytes === undefined || answer.status === undefined) return answer;
  const { 'content-encoding': encoding = 'identity' } = replied;
  if (encoding !== 'identity')
    return { ...answer, error: `it is encoded as ${oneLine(encoding).slice(0, 40)}, unasked` };
  return incomplete === undefined ? { ...answer, body } : { ...answer, error: incomplete };
}

type Certificate = Pick<UrlReply, 'certificate_expires_at' | 'certificate_problem'>;

function readCertificate(socket: TLSSocket): Certificate {
  const problem: unknown = socket.authorized ? undefined : socket.authorizationError;
  const code = problem instanceof Error ? (errorCode(problem) ?? problem.message) : String(problem);
  // An invalid date (month 13) is left out; OpenSSL's complaint about it is in `certificate_problem`.
  const ms = Date.parse(socket.getPeerCertificate().valid_to ?? '');
  return {
    ...(Number.isNaN(ms) ? {} : { certificate_expires_at: new Date(ms).toISOString() }),
    ...(problem === undefined || problem === null ? {} : { certificate_problem: certificateWords(code) }),
  };
}

/** Whether this machine is at fault, not the server. */
const isOurs = (error: Error): boolean =>
  ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '');

const lookupOf =
  (address: string): LookupFunction =>
  (_name, { all }, callback) => {
    const family = isIP(address);
    if (all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };

/** Counted as a call on a pool thread: a name server that does not answer blocks the thread beyond any deadline. */
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
