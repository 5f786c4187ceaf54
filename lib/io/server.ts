// An HTTP server for GET and HEAD, on the loopback unless another address is given. It serves no files: only the handler's
// answers, and short error texts.
import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { codedError, errorCode } from '../contract/errors.ts';
import type { Page, PageHandler, PageRequest } from '../contract/service.ts';
import { untilAborted } from '../core/abort.ts';
import { reasonOf } from '../core/text.ts';

export interface ServerSettings {
  /** Name of the service, for the message when the port is in use. */
  readonly name: string;
  readonly answer: PageHandler;
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Timeout from the first byte of a request to the last byte of its answer. */
  readonly deadlineMs: number;
  /** At its abort the server closes, even while requests hang. */
  readonly until: AbortSignal;
  readonly onProblem: (problem: string) => void;
}

const mostConnections = 64;
const mostHeaderBytes = 8192;

/** Resolves when the server listens. `closed` resolves when the server and all connections are closed. */
export async function serve(settings: ServerSettings): Promise<{ port: number; closed: Promise<void> }> {
  const { name, host = '127.0.0.1', port, deadlineMs, until } = settings;
  const limits = { headersTimeout: deadlineMs, requestTimeout: deadlineMs, connectionsCheckingInterval: 500 };
  const server = createServer({ ...limits, maxHeaderSize: mostHeaderBytes }, (request, response) => {
    // Cuts off a client that reads too slowly; a handler that is late has been answered with 503 by then.
    const cut = setTimeout(() => response.destroy(), deadlineMs + 500);
    response.once('close', () => clearTimeout(cut));
    void reply(request, response, settings);
  });
  server.maxConnections = mostConnections;
  try {
    server.listen({ host, port, signal: until });
    await once(server, 'listening', { signal: until });
  } catch (error) {
    throw codedError(errorCode(error), `${name} cannot listen on ${host}:${port}`, { cause: error });
  }
  const closed = once(server, 'close').then(() => undefined);
  until.addEventListener('abort', () => server.closeAllConnections());
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : port, closed };
}

async function reply(request: IncomingMessage, response: ServerResponse, settings: ServerSettings): Promise<void> {
  const { type, headers, ...answer } = await answerTo(request, settings);
  const tag = `"${hash('sha1', answer.body, 'base64url')}"`;
  const isKnown = answer.status === 200 && isTagged(request.headers['if-none-match'] ?? '', tag);
  const { status, body: whole } = isKnown ? { status: 304, body: '' } : answer;
  const mayTransform = !headers?.['cache-control']?.includes('no-transform');
  const isCompressed = status === 200 && mayTransform && isWorthCompressing(type, whole) && acceptsGzip(request);
  const body = isCompressed ? await compress(whole) : whole;
  if (status !== 200 && status !== 304) response.shouldKeepAlive = false; // a body that nobody asked for may follow
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...headers,
    ...(isKnown ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    // Weak: the same tag stands for the compressed and the plain answer.
    ...(status === 200 || isKnown ? { etag: `W/${tag}`, vary: 'accept-encoding' } : {}),
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const compress = promisify(gzip);

const isWorthCompressing = (type: string, body: Page['body']): boolean =>
  body.length > 1000 && /^(text\/|application\/json|image\/svg)/.test(type);

const acceptsGzip = ({ headers }: IncomingMessage): boolean =>
  /(^|[\s,])gzip\s*($|,|;(?!\s*q=0(\.0*)?\s*($|,)))/i.test(headers['accept-encoding'] ?? '');

/** A proxy that compresses makes a tag weak. */
const isTagged = (known: string, tag: string): boolean =>
  known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

const plain = (status: number, words: string): Page => ({ status, type: 'text/plain', body: `${words}\n` });

async function answerTo(
  request: IncomingMessage,
  { answer, deadlineMs, until, onProblem }: ServerSettings,
): Promise<Page> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD are answered');
  const question = pageRequestIn(request);
  if (!question) return plain(400, 'invalid path');
  const late = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([late, until]);
  try {
    return await untilAborted(signal, Promise.resolve(answer(question, signal)));
  } catch (error) {
    if (signal.aborted) return plain(503, 'no answer in time');
    onProblem(`${question.path}: ${reasonOf(error)}`);
    return plain(500, 'the answer failed; the log says why');
  }
}

function pageRequestIn({ url = '', headers: { host = '', accept = '' } }: IncomingMessage): PageRequest | undefined {
  const [raw = '', ...query] = url.split('?');
  try {
    const path = decodeURIComponent(raw);
    // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
    const isSound = /^\/[^\0-\u001F\u007F\\]*$/.test(path) && !path.split('/').includes('..');
    return isSound ? { host, path, query: new URLSearchParams(query.join('?')), accept } : undefined;
  } catch {
    return undefined; // a percent sign without its two digits
  }
}
