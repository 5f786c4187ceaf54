// Connectors against real servers on loopback, good and hostile.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { freePort, listen, listenSilently } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { makeSite, sh } from './site.ts';

const tls = join(import.meta.dirname, '..', 'io', 'tls');
const key = readText(join(tls, 'key.pem'));
const valid = readText(join(tls, 'valid.pem'));
const expired = readText(join(tls, 'expired.pem'));

const http = async (t: TestContext, answer: RequestListener) =>
  `http://127.0.0.1:${await listen(t, createServer(answer))}/health`;

/** A server that answers each connection with raw bytes. */
async function raw(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const server = createSocket((socket) => {
    sockets.push(socket);
    answer(socket.on('error', () => undefined));
  });
  return listen(t, server);
}

/** One byte each 50 ms, for ever. */
function drip(socket: Socket, text: string): void {
  socket.write(text);
  const timer = setInterval(() => socket.write('x'), 50);
  socket.on('close', () => clearInterval(timer));
}

async function check(
  t: TestContext,
  connectors: Record<string, object>,
  more: object = {},
  env: NodeJS.ProcessEnv = {},
) {
  const site = makeSite(t, { connectors }, more, env);
  const { status, stderr } = await site.run();
  assert.equal(status, 0, stderr);
  const results = site.summary().health?.connectors ?? [];
  assert.equal(results.length, Object.keys(connectors).length);
  return {
    site,
    stderr,
    results,
    of: (name: string): string => {
      const found = results.find((one) => one.name === name);
      return `${found?.outcome}: ${found?.reason ?? ''}`;
    },
  };
}

describe('run-rehearsal, connectors', () => {
  test('http is healthy with 2xx only; a redirect, an error and a bad certificate are not', async (t) => {
    let followed = 0;
    const answers = (status: number, headers = {}) =>
      http(t, (_, response) => void response.writeHead(status, headers).end('ok'));
    const target = await http(t, (_, response) => {
      followed += 1;
      response.end();
    });
    const secure = async (cert: string) =>
      `https://localhost:${await listen(
        t,
        createSecure({ key, cert }, (_, response) => response.end()),
      )}/`;
    const { of } = await check(t, {
      good: { http: await answers(204) },
      moved: { http: await answers(302, { location: target }) },
      broken: { http: await answers(503) },
      unsigned: { http: await secure(valid) },
      expired: { http: await secure(expired) },
      closed: { http: `http://127.0.0.1:${await freePort()}/` },
    });
    assert.equal(of('good'), 'pass: ');
    assert.match(of('moved'), /^fail: http:\S+\/health: it answers with 302$/);
    assert.equal(followed, 0);
    assert.match(of('broken'), /it answers with 503$/);
    assert.match(of('unsigned'), /its certificate is refused: it is signed by itself, not by an authority$/);
    assert.match(of('expired'), /^fail: .*its certificate is refused: /);
    assert.match(of('closed'), /the connection is refused: nothing listens there$/);
  });

  test('tcp wants a connection, tls a handshake with a valid certificate', async (t) => {
    const secure = (cert: string) =>
      listen(
        t,
        createTls({ key, cert }, (socket) => socket.end()),
      );
    const [trusted, outdated] = [await secure(valid), await secure(expired)];
    const connectors = {
      open: { tcp: `127.0.0.1:${trusted}` },
      closed: { tcp: `127.0.0.1:${await freePort()}` },
      secure: { tls: `localhost:${trusted}` },
      expired: { tls: `localhost:${outdated}` },
      plain: { tls: `127.0.0.1:${await raw(t, (socket) => socket.write('220 hello\r\n'))}` },
      silent: { tls: `127.0.0.1:${await listenSilently(t)}`, timeout: '1s' },
    };
    const strange = await check(t, connectors);
    assert.equal(strange.of('open'), 'pass: ');
    assert.match(strange.of('closed'), /^fail: 127\.0\.0\.1:\d+: the connection is refused/);
    assert.match(strange.of('secure'), /its certificate is refused: it is signed by itself/);
    assert.match(strange.of('plain'), /the server does not speak TLS/);
    assert.match(strange.of('silent'), /no connection within 1 s$/);
    const trusting = await check(t, connectors, {}, { NODE_EXTRA_CA_CERTS: join(tls, 'valid.pem') });
    assert.equal(trusting.of('secure'), 'pass: ');
    assert.match(trusting.of('expired'), /^fail: .*certificate is refused/);
  });

  test('what answers without end, slowly or not at all costs its own time limit, side by side', async (t) => {
    const endless = await http(t, (_, response) => {
      response.writeHead(200);
      const fill = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', fill);
      fill();
    });
    const slow = await raw(t, (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-slow: '));
    const large = await raw(t, (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nx-large: ${'y'.repeat(10_000_000)}\r\n\r\n`),
    );
    const flood = await raw(t, (socket) => socket.write(Buffer.alloc(10_000_000, 0x16)));
    const silent = await listenSilently(t);
    const began = performance.now();
    const { of } = await check(t, {
      endless: { http: endless, timeout: '2s' },
      slow: { http: `http://127.0.0.1:${slow}/`, timeout: '2s' },
      large: { http: `http://127.0.0.1:${large}/`, timeout: '2s' },
      flood: { tls: `127.0.0.1:${flood}`, timeout: '2s' },
      flooded: { tcp: `127.0.0.1:${flood}`, timeout: '2s' },
      silent: { http: `http://127.0.0.1:${silent}/`, timeout: '2s' },
      sleeping: { command: sh('trap "" TERM; sleep 60'), timeout: '2s' },
      noisy: { command: sh('head -c 10000000 /dev/zero | tr "\\0" x; printf "\\033[2J"'), timeout: '8s' },
    });
    assert.ok(performance.now() - began < 20_000, 'one waited for the other');
    assert.equal(of('endless'), 'pass: ', 'nothing of the body is read');
    assert.match(of('slow'), /^fail: .*no answer within 2\.0?s$|^fail: .*no answer within 2s$/);
    assert.match(of('large'), /^fail: .*the answer is not HTTP$/);
    assert.match(of('flood'), /^fail: /);
    assert.equal(of('flooded'), 'pass: ');
    assert.match(of('silent'), /^fail: .*no answer within 2/);
    assert.match(of('sleeping'), /^fail: its command: ended at its time limit of 2s$/);
    assert.equal(of('noisy'), 'pass: ');
  });

  test('a secret in a URL is sent, and shown nowhere; one that is missing is named', async (t) => {
    const asked: string[] = [];
    const url = await http(t, ({ url: path = '' }, response) => {
      asked.push(path);
      response.writeHead(401).end();
    });
    const web = { web: { http: `${url}?token=$SITE_TOKEN` } };
    const { site, of, stderr } = await check(t, web, {}, { SITE_TOKEN: 's3cr3t' });
    assert.deepEqual(asked, ['/health?token=s3cr3t']);
    assert.match(of('web'), /health\?token=\$SITE_TOKEN: it answers with 401$/);
    for (const text of [stderr, site.latest('rehearsal_summary.json'), site.latest('health_checks.json')])
      assert.ok(!text.includes('s3cr3t'));
    const missing = await check(t, web);
    assert.match(missing.of('web'), /^fail: SITE_TOKEN is not set: /);
    assert.equal(asked.length, 1);
  });

  test('ssh fails alone where the machine cannot be reached', async (t) => {
    const sshConfig = join(temporaryFolder(t), 'ssh_config');
    writeFileSync(sshConfig, 'Host far\n  HostName 127.0.0.1\n  Port 1\n');
    const hosts = { far: { ssh: 'far', 'ssh-config': sshConfig, deadline: '5s' } };
    const { of } = await check(
      t,
      { agent: { ssh: { host: 'far', command: ['true'] }, timeout: '5s' }, here: { command: sh('true') } },
      { hosts },
    );
    assert.match(of('agent'), /^fail: (far cannot be reached: |ssh is not installed here|no answer within 5s)/);
    assert.equal(of('here'), 'pass: ');
  });
});
