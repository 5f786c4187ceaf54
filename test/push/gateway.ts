// A server that keeps the bytes of what is pushed to it, and a site that pushes there.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { environmentIn, freePort, listen, root, runBeside } from '../process.ts';
import { temporaryFolder } from '../world.ts';

interface Pushed {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly body?: string;
}

/** `answer` undefined: the server takes the request and never answers. */
export async function serveGateway(t: TestContext, answer: (pushed: Pushed) => Answer | undefined, port = 0) {
  const pushed: Pushed[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(parts) };
      pushed.push(one);
      const said = answer(one);
      if (said) response.writeHead(said.status).end(said.body ?? '');
    });
  });
  t.after(() => server.closeAllConnections());
  const taken = port === 0 ? await listen(t, server) : port;
  if (port !== 0) {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    t.after(() => server.close());
  }
  return {
    pushed,
    url: `http://127.0.0.1:${taken}`,
    paths: () => pushed.map(({ method, path }) => `${method} ${path}`),
  };
}

export const accepted = (): Answer => ({ status: 200 });

/** An address where nothing listens yet. */
export async function closedGateway() {
  const port = await freePort();
  return { port, url: `http://127.0.0.1:${port}` };
}

export function makeSite(t: TestContext, push: string, more = '') {
  const folder = temporaryFolder(t);
  const state = join(folder, 'state');
  const config = join(folder, 'config.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, `files: { state: ${state} }\npush: ${push}\n${more.replaceAll('FOLDER', folder)}`);
  const outbox = join(state, 'push', 'outbox');
  const namesIn = (path: string): string[] =>
    existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.json')) : [];
  const env: NodeJS.ProcessEnv = environmentIn(folder);
  const argvOf = (script: string, argv: readonly string[]): string[] => [
    process.execPath,
    join(root, 'dist', `${script}.cjs`),
    ...argv,
    '--config',
    config,
  ];
  const start = (script: string, argv: readonly string[], { env: extra = {}, started }: Beside = {}) =>
    runBeside(argvOf(script, argv), { ...env, ...extra }, started);
  return {
    argvOf,
    env,
    folder,
    state,
    outbox,
    start,
    run: (...argv: string[]) => start('push-metrics', argv),
    put: (text: string | Uint8Array, name = 'app.prom'): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    waiting: () => namesIn(outbox),
    dead: () => namesIn(join(outbox, 'dead')),
  };
}

interface Beside {
  readonly env?: NodeJS.ProcessEnv;
  readonly started?: (pid: number) => void;
}
