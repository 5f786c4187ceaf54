// HTTP servers of tests, on loopback.
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from './process.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps what it was sent, and answers each request as `answer` says. */
export async function serveHttp(
  t: TestContext,
  answer: (path: string) => { status: number; body?: string; headers?: OutgoingHttpHeaders },
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, path: url, headers, body });
      const { status, body: reply = 'ok', headers: told = {} } = answer(url);
      response.writeHead(status, told).end(reply);
    });
  });
  return { asked, url: `http://127.0.0.1:${await listen(t, server)}` };
}
