// A server that takes check-ins and events as Sentry publishes them, remembers them, and answers as it is told.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

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
  /** So late. */
  readonly seconds?: number;
}

export interface Receiver {
  readonly port: number;
  readonly received: Received[];
  /** Answers from now on, by what stands in the path; without one, 202. */
  readonly answers: Record<string, Answer>;
  /** To the next events, before those. */
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
  return { port: await listening(t, server), received, answers, once };
}

/** One that says just this to whoever connects; undefined: not a word. */
export const rawServer = (t: TestContext, says: string | undefined): Promise<number> => {
  const sockets: Socket[] = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  return listening(
    t,
    createSocketServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      if (says !== undefined) socket.end(says);
    }),
  );
};

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}
