// Whatever a server does is a reply, and no reply contains the address.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { makeNet } from '../../lib/io/net.ts';
import { temporaryFolder } from '../world.ts';
import { listen } from '../process.ts';

const net = makeNet({});
const path = '/ping/1d3c6f0e-secret-5d1e3f9a2b7c';

const serve = async (t: TestContext, listener: RequestListener) =>
  `http://127.0.0.1:${await listen(t, createServer(listener))}`;

describe('io/net', () => {
  test('sends method, path, headers and body, and returns status, headers and body', async (t) => {
    let seen: unknown;
    const base = await serve(t, (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen = { method, url, body, type: headers['content-type'], length: headers['content-length'] };
        response.writeHead(202, { 'retry-after': '7' }).end('gut');
      });
    });
    const reply = await net.request({
      method: 'POST',
      url: `${base}${path}?rid=1`,
      headers: { 'content-type': 'text/plain' },
      body: 'Überlauf',
      seconds: 10,
    });
    assert.deepEqual(seen, { method: 'POST', url: `${path}?rid=1`, body: 'Überlauf', type: 'text/plain', length: '9' });
    assert.deepEqual([reply.status, reply.body, reply.headers['retry-after']], [202, 'gut', '7']);
  });

  test('returns a reply without the address for silence, half an answer, garbage, a flood and a refused connection', async (t) => {
    const raw = async (text: string | undefined) => {
      const server = createSocket((socket) => {
        socket.on('error', () => undefined);
        t.after(() => void socket.destroy());
        if (text !== undefined) socket.write(text);
      });
      return `http://127.0.0.1:${await listen(t, server)}`;
    };
    const flood = `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(300_000)}`;
    const asked = (base: string) => net.request({ method: 'GET', url: base + path, seconds: 1 });
    assert.match((await asked(await raw(undefined))).error ?? '', /^no answer within 1 s$/);
    const half = await asked(await raw('HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\nab'));
    assert.deepEqual([half.status, half.body], [202, 'ab'], 'the status received before the timeout counts');
    assert.match((await asked(await raw('HTTP/1.1 202 Acc'))).error ?? '', /^no answer within 1 s$/);
    assert.match((await asked(await raw(`garbage ${path}\r\n\r\n`))).error ?? '', /Parse Error/);
    assert.equal((await asked(await raw(flood))).status, 200);
    const gone = await asked('http://127.0.0.1:9');
    assert.match(gone.error ?? '', /ECONNREFUSED/);
    const echoed = await serve(t, (request, response) => void response.writeHead(404).end(`no ${request.url} here`));
    assert.equal((await asked(echoed)).body, 'no … here');
    for (const url of ['', 'file:///etc/passwd', 'not a url of secret-5d1e3f9a2b7c'])
      assert.equal(
        (await net.request({ method: 'GET', url, seconds: 1 })).error,
        'the address is not an http or https URL',
      );
    const crooked = await net.request({ method: 'GET', url: echoed, headers: { a: 'b\r\nc: d' }, seconds: 1 });
    assert.match(crooked.error ?? '', /Invalid character in header/);
  });

  test('hides logins and tokens of any length in every form in which a server repeats them', async (t) => {
    const base = await serve(t, ({ headers, url }, response) => {
      const { authorization = '', 'x-also': also = '' } = headers;
      const [, sent = ''] = authorization.split(' ');
      const plain = Buffer.from(sent, 'base64').toString();
      const again = Buffer.from(sent).toString('base64');
      response
        .writeHead(401, { 'x-repeated': authorization })
        .end([authorization, plain, plain.split(':')[1], encodeURIComponent(plain), again, also, url].join('\n'));
    });
    const login = await net.request({ method: 'GET', url: `${base.replace('//', '//usr:p%24%2F@')}/`, seconds: 5 });
    assert.equal(login.status, 401);
    for (const form of ['usr:p$/', 'p$/', 'p%24%2F', 'dXNyOnAkLw'])
      assert.ok(!`${login.body}${JSON.stringify(login.headers)}`.includes(form), `${form} in ${login.body}`);
    const headers = { authorization: 'Bearer t0k', 'x-also': Buffer.from('t0k').toString('base64') };
    const token = await net.request({ method: 'GET', url: `${base}/?q=t0k`, headers, seconds: 5 });
    for (const form of ['t0k', 'dDBr']) assert.ok(!token.body.includes(form), `${form} in ${token.body}`);
    const alone = await net.request({ method: 'GET', url: `${base.replace('//', '//t0k@')}/`, seconds: 5 });
    for (const form of ['t0k', 'dDBrOg']) assert.ok(!alone.body.includes(form), `${form} in ${alone.body}`);
  });

  test('reads a secret from the environment, a file or a credential, and says why one is missing', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'OPS_URL'), 'https://c.example.org/x\n');
    writeFileSync(join(folder, 'file'), 'https://f.example.org/x\n');
    writeFileSync(join(folder, 'empty'), '\n');
    mkdirSync(join(folder, 'OPS_FOLDER'));
    const find = (environment: Record<string, string>, name = '$OPS_URL') => makeNet(environment).secret(name);
    assert.deepEqual(find({ OPS_URL: 'https://e.example.org/x' }), { value: 'https://e.example.org/x' });
    assert.deepEqual(find({ OPS_URL_FILE: join(folder, 'file') }), { value: 'https://f.example.org/x' });
    assert.deepEqual(find({ CREDENTIALS_DIRECTORY: folder }), { value: 'https://c.example.org/x' });
    const missing: [Record<string, string>, string, RegExp][] = [
      [{}, '$OPS_URL', /^OPS_URL is not set/],
      [{ OPS_URL_FILE: join(folder, 'none') }, '$OPS_URL', /cannot be read: ENOENT/],
      [{ OPS_URL_FILE: join(folder, 'empty') }, '$OPS_URL', /is empty/],
      [{ CREDENTIALS_DIRECTORY: folder }, '$OPS_FOLDER', /cannot be read: EISDIR/],
      [{ CREDENTIALS_DIRECTORY: folder }, '$OPS_OTHER', /^OPS_OTHER is not set/],
    ];
    for (const [environment, name, says] of missing) {
      const found = find(environment, name);
      assert.match('missing' in found ? found.missing : '', says);
    }
  });
});
