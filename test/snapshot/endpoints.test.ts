// The endpoints probe against real servers on loopback: good, slow, refusing, silent or malformed; and certificates.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createRaw } from 'node:net';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { endpoints } from '../../lib/snapshot/probes/endpoints.ts';
import { listen, listenSilently } from '../process.ts';
import { configurationOf, readText } from '../world.ts';
import { localHost } from './machine.ts';

const tls = join(import.meta.dirname, '..', 'io', 'tls');

async function read(url: string, more = '') {
  const host = localHost('/nonexistent');
  const config = configurationOf(`endpoints: { x: { url: "${url}"${more} } }`);
  return endpoints.read({ host: () => host, config, item: 'x', previous: undefined, bootId: '', at: new Date() });
}

describe('endpoints probe', () => {
  test('an answer has its status and response time; a redirect is not followed', async (t) => {
    const asked: string[] = [];
    const answer: RequestListener = (request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['user-agent']}`);
      response.writeHead(request.url === '/old' ? 301 : 200, { location: '/new' }).end('x');
    };
    const port = await listen(t, createServer(answer));
    const good = await read(`http://127.0.0.1:${port}/`);
    assert.equal(good.status, 200);
    assert.equal(good.answered, true);
    assert.ok(good.response_ms > 0 && good.response_ms < 5000);
    assert.equal(good.slow_seconds, 2);
    assert.equal((await read(`http://127.0.0.1:${port}/old`)).status, 301);
    assert.deepEqual(asked, ['GET / ops-monitor/test', 'GET /old ops-monitor/test']);
  });

  test('an endpoint that refuses, stays silent, sends garbage or has an unknown name is a reading with the reason', async (t) => {
    const closed = createRaw();
    const port = await listen(t, closed);
    closed.close();
    const refused = await read(`http://127.0.0.1:${port}/`);
    assert.equal(refused.answered, false);
    assert.equal('status' in refused, false);
    assert.match(refused.error ?? '', /^the connection is refused: nothing listens there$/);

    const silent = await listenSilently(t);
    assert.match((await read(`http://127.0.0.1:${silent}/`, ', timeout: 300ms')).error ?? '', /no answer within 300ms/);
    const rude = await listen(
      t,
      createRaw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
    );
    assert.match((await read(`http://127.0.0.1:${rude}/`)).error ?? '', /^the answer is not HTTP$|closed before/);
    const gone = await listen(
      t,
      createRaw((socket) => socket.destroy()),
    );
    assert.match((await read(`http://127.0.0.1:${gone}/`)).error ?? '', /closed before an answer came/);
    assert.match((await read('http://no-such-name.invalid/')).error ?? '', /^the name cannot be resolved/);
  });

  test('a response head that arrives drop by drop for ever counts as no answer', async (t) => {
    const drops = createRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
      socket.on('error', () => undefined);
    });
    const port = await listen(t, drops);
    assert.match((await read(`http://127.0.0.1:${port}/`, ', timeout: 400ms')).error ?? '', /no answer within 400ms/);
  });

  test('a certificate’s expiry and problem are read, whatever is wrong with it', async (t) => {
    const key = readText(join(tls, 'key.pem'));
    const answer: RequestListener = (_request, response) => void response.end('x');
    const selfSigned = await listen(t, createSecure({ key, cert: readText(join(tls, 'valid.pem')) }, answer));
    const good = await read(`https://localhost:${selfSigned}/`);
    assert.equal(good.status, 200);
    assert.match(good.certificate_problem ?? '', /^it is signed by itself, not by an authority$/);
    assert.ok((good.certificate_days_left ?? 0) > 30_000);
    const expired = await listen(t, createSecure({ key, cert: readText(join(tls, 'expired.pem')) }, answer));
    const old = await read(`https://127.0.0.1:${expired}/`);
    assert.equal(old.status, 200);
    assert.equal(old.certificate_expires_at, '2021-01-01T00:00:00.000Z');
    assert.ok((old.certificate_days_left ?? 0) < -1000);
  });

  test('the dashboard is listed as the endpoint `dashboard`, without asking a machine', async () => {
    const config = configurationOf('dashboard: { url: "http://d/", slow: 1s }\nendpoints: { a: "http://a/" }');
    const host = () => {
      throw new Error('no machine is looked at for names');
    };
    assert.deepEqual(await endpoints.items?.({ host, config, at: new Date() }), ['dashboard', 'a']);
  });
});
