// The dashboard as it is installed, asked by those who mean it no good.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { root } from '../process.ts';
import { until } from '../world.ts';
import { makeSite } from './site.ts';

const secret = 'nobody may read this over the network';

async function servedSite(t: TestContext) {
  const site = makeSite(t);
  for (const stage of ['collect-snapshot', 'assess-health', 'build-dashboard'])
    assert.equal(site.run(stage).status, 0, stage);
  writeFileSync(join(site.folder, 'secret'), secret);
  const argv = [join(root, 'dist', 'dashboard.cjs'), '--port', '0'];
  const child = spawn(process.execPath, argv, { env: site.env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill());
  const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(String(said))?.[1]);
  /** Sends text as it is, and returns all that comes back until the server ends the connection. */
  const send = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    let answer = '';
    socket.on('data', (part) => (answer += String(part))).on('error', () => undefined);
    socket.write(text);
    // Not by once, which throws where the connection is reset.
    await new Promise((resolve) => socket.on('close', resolve));
    return answer;
  };
  const ask = (path: string, { method = 'GET', more = '' } = {}): Promise<string> =>
    send(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${more}\r\n`);
  return { ...site, child, port, send, ask };
}

const statusOf = (answer: string): number => Number(answer.split(' ')[1]);
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe('dashboard', () => {
  test('a port in use is reported with the address that serves the page already', async (t) => {
    const { port, run } = await servedSite(t);
    const { status, stderr } = run('dashboard', '--port', String(port));
    assert.equal(status, 1);
    assert.ok(stderr.includes(`port ${port} is in use`) && stderr.includes(`open http://127.0.0.1:${port}/`), stderr);
  });
});

describe('dashboard under hostile requests', () => {
  test('leads to no other file, however the path is written', async (t) => {
    const { ask, folder } = await servedSite(t);
    const names = ['..', '%2e%2e', '.%2e', '%2E%2E', '%252e%252e', '..%2f..', '%5c..%5c', '....//'];
    const paths = [
      ...names.flatMap((name) => [`/${name}/alerts/state.json`, `/runbooks/${name}/README.md`, `/fonts/${name}/x`]),
      '/page.js%00.html',
      '/%00',
      '/%zz',
      '//etc/passwd',
      '/etc/passwd',
      `/${folder}/secret`,
      '/stages/collect-snapshot.json',
      '/runbooks/..md',
      '/fonts/Inter-Bold.ttf',
      '/icons/../page.js',
      `/${'a'.repeat(7000)}`,
      'http://127.0.0.1/latest.json',
      'file:///etc/passwd',
      '*',
    ];
    assert.ok(paths.length > 30);
    for (const path of paths) {
      const answer = await ask(path);
      assert.ok([400, 404].includes(statusOf(answer)), `${path}: ${answer.slice(0, 80)}`);
      assert.ok(bodyOf(answer).length < 200 && !answer.includes('root:'), path);
    }
    assert.equal(statusOf(await ask(`/${'a'.repeat(20_000)}`)), 431);
    assert.equal(statusOf(await ask(`/explain.json?id=${'a'.repeat(6000)}`)), 404);
    assert.equal(statusOf(await ask('/explain.json?id=__proto__')), 404);
    assert.equal(statusOf(await ask('/')), 200);
  });

  test('answers GET and HEAD alone; a range is answered with the whole', async (t) => {
    const { ask, send } = await servedSite(t);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])
      assert.equal(statusOf(await ask('/latest.json', { method })), 405, method);
    const whole = await ask('/latest.json');
    for (const range of ['bytes=0-9', 'bytes=-1', 'bytes=0-0,0-0,0-0', 'bytes=9-0', 'bytes=0-999999999999'])
      assert.equal(bodyOf(await ask('/latest.json', { more: `Range: ${range}\r\n` })), bodyOf(whole), range);
    const head = await ask('/latest.json', { method: 'HEAD' });
    assert.deepEqual([statusOf(head), bodyOf(head)], [200, '']);
    assert.equal(/content-length: (\d+)/i.exec(head)?.[1], /content-length: (\d+)/i.exec(whole)?.[1]);
    assert.equal(statusOf(await send('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')), 421);
    assert.equal(statusOf(await send('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')), 400);
    assert.equal(statusOf(await send('\u0000\u0001\u0002 nonsense\r\n\r\n')), 400);
    const smuggled =
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.match(
      await send(`${smuggled}GET /latest.json HTTP/1.1\r\nHost: localhost\r\n\r\n`),
      /^HTTP\/1\.1 4\d\d (?!.*schema_version)/s,
    );
  });

  test('follows no link out of the page’s folder', async (t) => {
    const { ask, folder, state } = await servedSite(t);
    for (const name of ['page.js', 'trends.json']) {
      rmSync(join(state, 'page', name));
      symlinkSync(join(folder, 'secret'), join(state, 'page', name));
      const answer = await ask(`/${name}`);
      assert.ok(!answer.includes(secret), name);
      assert.notEqual(statusOf(answer), 200, name);
    }
    assert.equal(statusOf(await ask('/page.css')), 200);
  });

  test('is answered again although a hundred slow connections hold it', async (t) => {
    const { ask, port, child } = await servedSite(t);
    const slow: Socket[] = Array.from({ length: 100 }, (_, index) => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      // Some say nothing, some never end their headers, some never send the body that they promise.
      const words = [
        '',
        'GET / HTTP/1.1\r\nX-A: b\r\n',
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n',
      ];
      return socket.on('connect', () => socket.write(words[index % 3] ?? ''));
    });
    const dripping = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write('X');
    }, 500);
    t.after(() => {
      clearInterval(dripping);
      for (const socket of slow) socket.destroy();
    });
    await until(async () => statusOf(await ask('/latest.json')) === 200);
    await until(() => slow.every((socket) => socket.destroyed || socket.readyState === 'closed'));
    assert.equal(child.exitCode, null);
  });
});
