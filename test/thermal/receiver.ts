// A server that receives check-ins and events as Sentry does, records them, and gives the answers of the test.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import type { TestContext } from 'node:test';
import { listen } from '../process.ts';

export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly seconds?: number;
}

export interface Receiver {
  readonly port: number;
  readonly received: Received[];
  /** Answers from now on, by part of the path; without one, 202. */
  readonly answers: Record<string, Answer>;
  /** Answers to the next events, before those of `answers`. */
  readonly once: Answer[];
}

export async function receiver(t: TestContext): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Record<string, Answer> = {};
  const once: Answer[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, path: url, headers, body });
      const known = Object.entries(answers).find(([part]) => url?.includes(part));
      const first = url?.includes('/envelope/') ? once.shift() : undefined;
      const { status, headers: said = {}, body: text = '', seconds = 0 } = first ?? known?.[1] ?? { status: 202 };
      const answer = (): void => void response.writeHead(status, said).end(text);
      if (seconds > 0) setTimeout(answer, seconds * 1000);
      else answer();
    });
  });
  return { port: await listen(t, server), received, answers, once };
}

/** A server that sends this text to each client; undefined: it sends nothing. */
export const rawServer = (t: TestContext, says: string | undefined): Promise<number> =>
  listen(
    t,
    createSocketServer((socket) => {
      t.after(() => void socket.destroy());
      socket.on('error', () => undefined);
      if (says !== undefined) socket.end(says);
    }),
  );
