import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as ask, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type PageHandler, defineService, type ServiceWorld } from '../../lib/contract/service.ts';
import { reasonOf } from '../../lib/core/text.ts';
import { serve, type ServerSettings } from '../../lib/io/server.ts';

async function serverOf(t: TestContext, answer: PageHandler, more: Partial<ServerSettings> = {}) {
  const stop = new AbortController();
  const problems: string[] = [];
  const settings = { name: 'live-page', answer, port: 0, deadlineMs: 5000, until: stop.signal };
  const server = await serve({ ...settings, onProblem: (problem) => problems.push(problem), ...more });
  t.after(() => stop.abort());
  return { ...server, stop, problems };
}

const hello: PageHandler = ({ path, query }) => ({
  status: 200,
  type: 'text/plain',
  body: `${path} ${query.get('q') ?? ''} ü`,
});
/** A handler that neither answers nor heeds its signal. */
const hang: PageHandler = () => new Promise(() => undefined);

async function fetched(port: number, options: RequestOptions) {
  const sent = ask({ host: '127.0.0.1', port, agent: false, ...options }).end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text;
  return { status: response.statusCode, headers: response.headers, body };
}

/** Sends text over a TCP connection, and returns the answer up to the end of the connection. */
async function rawReply(port: number, words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let said = '';
  socket.on('data', (text) => (said += text)).on('error', () => undefined);
  socket.write(words);
  await once(socket, 'close');
  return said;
}

describe('io/server', () => {
  test('answers GET with the handler’s answer, and HEAD with its headers alone', async (t) => {
    const { port } = await serverOf(t, hello);
    const got = await fetched(port, { path: '/a%20b?q=1' });
    assert.deepEqual([got.status, got.body], [200, '/a b 1 ü']);
    const head = await fetched(port, { path: '/a%20b?q=1', method: 'HEAD' });
    assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '9']);
  });

  test('compresses what is worth it for those who accept it, under one tag that a proxy may weaken or keep', async (t) => {
    const body = 'green '.repeat(1000);
    const { port } = await serverOf(t, () => ({ status: 200, type: 'text/plain', body }));
    const bytesOf = async (accepts: string) => {
      const answer = await fetched(port, { headers: { 'accept-encoding': accepts } });
      return [answer.headers['content-encoding'], Number(answer.headers['content-length'])];
    };
    const small = (await bytesOf('gzip, br'))[1];
    assert.ok(Number(small) < 200, `${small} bytes`);
    assert.deepEqual(await bytesOf('br;q=1, gzip;q=0'), [undefined, 6000]);
    assert.deepEqual(await bytesOf('identity'), [undefined, 6000]);
    const { headers } = await fetched(port, {});
    const tag = String(headers.etag);
    assert.match(tag, /^W\/"/);
    for (const known of [tag, tag.slice(2), `"other", ${tag}`])
      assert.equal((await fetched(port, { headers: { 'if-none-match': known } })).status, 304, known);
    assert.equal((await fetched(port, { headers: { 'if-none-match': '"other"' } })).status, 200);
  });

  test('answers every other method with 405, and does not wait for its body', async (t) => {
    const { port } = await serverOf(t, () => assert.fail('the handler was asked'));
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await fetched(port, { method });
      assert.deepEqual([status, headers.allow, headers.connection], [405, 'GET, HEAD', 'close'], method);
    }
    const said = await rawReply(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning');
    assert.match(said, /^HTTP\/1\.1 405 /);
  });

  test('answers 400 to a path that leads upwards or is invalid, without asking the handler', async (t) => {
    const { port } = await serverOf(t, () => assert.fail('the handler was asked'));
    const paths = '/../etc/passwd /a/.. /%2e%2e/x /a%2f..%2fb /..\\x /a%00 /%zz http://other/ *'.split(' ');
    assert.ok(paths.length >= 9);
    for (const path of paths)
      assert.match(await rawReply(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`), /^HTTP\/1\.1 400 /, path);
  });

  test('refuses headers that are too long', async (t) => {
    const { port } = await serverOf(t, hello);
    const said = await rawReply(port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match(said, /^HTTP\/1\.1 431 /);
  });

  test('cuts off a client that sends its request too slowly', async (t) => {
    const { port } = await serverOf(t, hello, { deadlineMs: 100 });
    assert.match(await rawReply(port, 'GET / HTTP/1.1\r\nHos'), /^HTTP\/1\.1 408 /);
  });

  test('cuts off a client that does not read its answer', async (t) => {
    const body = Buffer.alloc(64 * 1024 * 1024);
    const { port } = await serverOf(t, () => ({ status: 200, type: 'text/plain', body }), { deadlineMs: 100 });
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await delay(2000); // without reading
    let taken = 0;
    socket.on('data', (bytes) => (taken += bytes.length));
    await once(socket, 'close');
    assert.ok(taken < body.length, `${taken} bytes came`);
  });

  test('answers 503 when the handler does not, and 500 when it throws, with the reason in the log alone', async (t) => {
    const slow = await serverOf(t, hang, { deadlineMs: 100 });
    assert.equal((await fetched(slow.port, {})).status, 503);
    const broken = await serverOf(t, () => {
      throw new Error('a secret');
    });
    const { status, body } = await fetched(broken.port, { path: '/x' });
    assert.equal(status, 500);
    assert.doesNotMatch(body, /secret/);
    assert.deepEqual(broken.problems, ['/x: a secret']);
  });

  test('closes at once when it is stopped, though a request hangs', async (t) => {
    let asked = (): void => undefined;
    const begun = new Promise<void>((resolve) => (asked = resolve));
    const { port, stop, closed } = await serverOf(t, (question, signal) => {
      asked();
      return hang(question, signal);
    });
    const hanging = fetched(port, {}).then(() => 'answered', reasonOf);
    await begun;
    stop.abort();
    await closed;
    assert.match(await hanging, /ECONNRESET|hang up|aborted/);
  });

  test('names the service when the port is in use', async (t) => {
    const { port } = await serverOf(t, hello);
    await assert.rejects(serverOf(t, hello, { port, name: 'node-page' }), (error) => {
      assert.match(reasonOf(error), new RegExp(`^node-page cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`));
      return true;
    });
  });

  test('serves for a service until the service is stopped', async () => {
    const stop = new AbortController();
    const listening = Promise.withResolvers<number>();
    const service = defineService({
      name: 'live-page',
      summary: 'shows health',
      async run({ now }, until) {
        const answer: PageHandler = () => ({ status: 200, type: 'text/plain', body: now().toISOString() });
        const settings = { name: 'live-page', answer, port: 0, deadlineMs: 1000, onProblem: () => undefined };
        const { port, closed } = await serve({ ...settings, until });
        listening.resolve(port);
        await closed;
      },
    });
    const world = { options: {}, now: () => new Date(0) } as unknown as ServiceWorld<unknown>;
    const ran = service.run(world, stop.signal);
    assert.equal((await fetched(await listening.promise, {})).body, '1970-01-01T00:00:00.000Z');
    stop.abort();
    await ran;
  });
});
