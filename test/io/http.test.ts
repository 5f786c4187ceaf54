// The HTTP client, against real servers on loopback.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { getUrl, requestOverHttp } from '../../lib/io/http.ts';
import { serveHttp } from '../http.ts';
import { readText } from '../world.ts';
import { listen } from '../process.ts';

const answer: RequestListener = ({ method = '' }, response) =>
  void response.writeHead(200, { 'x-method': method }).end('x'.repeat(5000));

describe('io/http', () => {
  test('sends GET, HEAD and POST, and reads the body only where a limit for it is given', async (t) => {
    const url = `http://127.0.0.1:${await listen(t, createServer(answer))}/`;
    const [get, head, post] = await Promise.all([
      requestOverHttp({ method: 'GET', url, seconds: 5 }),
      requestOverHttp({ method: 'HEAD', url, seconds: 5, mostBodyBytes: 10_000 }),
      requestOverHttp({ method: 'POST', url, seconds: 5, body: 'a', mostBodyBytes: 10_000 }),
    ]);
    const seen = [get, head, post].map(({ status, headers, body }) => [status, headers['x-method'], body.length]);
    assert.deepEqual(seen, [
      [200, 'GET', 0],
      [200, 'HEAD', 0],
      [200, 'POST', 5000],
    ]);
    assert.ok(get.response_ms > 0);
  });

  test('refuses an invalid certificate, and reports its expiry where any certificate is accepted', async (t) => {
    const tls = join(import.meta.dirname, 'tls');
    const [key, cert] = [readText(join(tls, 'key.pem')), readText(join(tls, 'expired.pem'))];
    const url = `https://127.0.0.1:${await listen(t, createSecure({ key, cert }, answer))}/`;
    const refused = await requestOverHttp({ method: 'GET', url, seconds: 5 });
    assert.deepEqual([refused.status, refused.failure], [undefined, 'theirs']);
    const accepted = await requestOverHttp({ method: 'GET', url, seconds: 5, acceptsAnyCertificate: true });
    assert.deepEqual([accepted.status, accepted.certificate_expires_at], [200, '2021-01-01T00:00:00.000Z']);
  });

  test('a host asks by POST, with headers, and at another address than that of the name', async (t) => {
    const { url, asked } = await serveHttp(t, () => ({ status: 200, body: '{}' }));
    const { signal } = new AbortController();
    const more = { method: 'POST', authorization: 'Basic eDp5', address: '127.0.0.1' } as const;
    const named = url.replace('127.0.0.1', 'status.example.org');
    const reply = await getUrl(named, { timeoutMs: 5000, bodyBytes: 10, signal, userAgent: 'test', ...more });
    assert.deepEqual([reply.status, reply.body, reply.error], [200, '{}', undefined]);
    assert.equal(asked[0]?.method, 'POST');
    const { authorization, 'user-agent': agent, host } = asked[0].headers;
    assert.deepEqual([authorization, agent], ['Basic eDp5', 'test']);
    assert.match(host ?? '', /^status\.example\.org:/);
  });

  test('fails at its timeout and at an abort, with different errors', async (t) => {
    const silent = createServer(() => undefined);
    const url = `http://127.0.0.1:${await listen(t, silent)}/`;
    const late = await requestOverHttp({ method: 'GET', url, seconds: 0.2 });
    assert.deepEqual([late.failure, late.error], ['late', 'no answer within 0.2 s']);
    const aborted = await requestOverHttp({ method: 'GET', url, seconds: 60, signal: AbortSignal.timeout(200) });
    assert.equal(aborted.error, 'abandoned at the deadline');
  });

  test('an answer counts whatever comes after it: bytes too many, a body of another length, a reset', async (t) => {
    for (const [after, body] of [
      ['Content-Length: 2\r\n\r\nok\r\n\r\nmore', 'ok'],
      ['Content-Length: 2\r\n\r\nokHTTP/1.1 500 no\r\n\r\n', 'ok'],
      ['Content-Length: 9\r\n\r\nok', 'ok'],
      ['Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz', 'ok'],
      ['Content-Length: 0\r\n\r\n\0', ''],
    ] as const) {
      const server = createSocket((socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${after}`));
      });
      const url = `http://127.0.0.1:${await listen(t, server)}/`;
      const reply = await requestOverHttp({ method: 'POST', url, seconds: 5, body: 'a', mostBodyBytes: 10_000 });
      assert.deepEqual([reply.status, reply.error, reply.body], [200, undefined, body], after);
    }
  });

  test('a host is given a body only whole, as it was sent, and from a server with a valid certificate', async (t) => {
    const ask = async (head: string, body: string, most = 100) => {
      const server = createSocket((socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n${body}`));
      });
      const url = `http://127.0.0.1:${await listen(t, server)}/`;
      return getUrl(url, { timeoutMs: 5000, bodyBytes: most, signal: new AbortController().signal, userAgent: 'x' });
    };
    assert.equal((await ask('', 'to the end')).body, 'to the end');
    assert.equal((await ask('Content-Length: 2\r\n', 'ok\r\n')).body, 'ok');
    for (const [head, body, why] of [
      ['Content-Length: 9\r\n', 'ok', 'the connection was closed before its end'],
      ['Transfer-Encoding: chunked\r\n', '2\r\nok\r\nzz', 'the connection was closed before its end'],
      ['', 'x'.repeat(101), 'it has more than 100 bytes'],
      ['Content-Encoding: gzip\r\n', 'x', 'it is encoded as gzip, unasked'],
    ] as const) {
      const reply = await ask(head, body);
      assert.deepEqual([reply.status, reply.error, reply.body], [200, why, undefined], head);
    }
    const tls = join(import.meta.dirname, 'tls');
    const [key, cert] = [readText(join(tls, 'key.pem')), readText(join(tls, 'valid.pem'))];
    const url = `https://localhost:${await listen(t, createSecure({ key, cert }, answer))}/?token=x`;
    const refused = await getUrl(url, {
      timeoutMs: 5000,
      bodyBytes: 9,
      signal: new AbortController().signal,
      userAgent: 'x',
    });
    assert.deepEqual(
      [refused.status, refused.error],
      [undefined, 'its certificate is refused: it is signed by itself, not by an authority'],
    );
  });
});
