// Conversations with servers that answer well, in parts, slowly, without end, or not at all.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../lib/core/text.ts';
import { converse } from '../../lib/io/converse.ts';
import { resolveName } from '../../lib/io/resolve.ts';
import { parseReplies, respCommand } from '../../lib/parse/resp.ts';
import { freePort } from '../process.ts';
import { temporaryFolder } from '../world.ts';

async function serve(t: TestContext, answer: (socket: Socket, asked: string) => void, path?: string) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (asked: Buffer) => answer(socket, asked.toString()));
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const address = server.address();
  return path === undefined && typeof address === 'object' && address
    ? { host: '127.0.0.1', port: address.port }
    : { path: path ?? '' };
}

const isWhole = (reply: string): boolean => {
  const { replies, isWhole: whole } = parseReplies(reply);
  return whole && replies.length === 1;
};
const ask = (peer: Parameters<typeof converse>[0]['with'], seconds = 5) =>
  converse({ with: peer, send: respCommand('PING'), isWhole, mostBytes: 100_000, seconds });

describe('io/converse', () => {
  test('returns the reply when it is whole, by TCP and by a Unix socket', async (t) => {
    const answer = (socket: Socket, asked: string): void => {
      assert.equal(asked, '*1\r\n$4\r\nPING\r\n');
      socket.write('$6\r\nab');
      void sleep(50).then(() => socket.write('\r\ncd\r\n'));
    };
    const path = join(temporaryFolder(t), 'socket');
    for (const peer of [await serve(t, answer), await serve(t, answer, path)])
      assert.equal(await ask(peer), '$6\r\nab\r\ncd\r\n');
  });

  test('proves that it knows a cookie, and never sends it', async (t) => {
    const cookie = Buffer.alloc(32, 7);
    const theirs = Buffer.alloc(32, 8);
    const login = async (known: Buffer, own: Uint8Array = cookie) => {
      const asked: string[] = [];
      let nonce = Buffer.alloc(0);
      const hashOf = (direction: string): string =>
        createHmac('sha256', `Tor safe cookie authentication ${direction} hash`)
          .update(Buffer.concat([known, nonce, theirs]))
          .digest('hex');
      const peer = await serve(t, (socket, text) => {
        asked.push(text);
        const [, challenge] = /^AUTHCHALLENGE SAFECOOKIE ([0-9a-f]{64})\r\n$/.exec(text) ?? [];
        if (challenge === undefined) {
          const isRight = text === `login ${hashOf('controller-to-server')}\r\n`;
          return void socket.write(isRight ? '250 OK\r\n' : '515 no\r\n');
        }
        nonce = Buffer.from(challenge, 'hex');
        const hash = hashOf('server-to-controller').toUpperCase();
        const reply = `250 AUTHCHALLENGE SERVERHASH=${hash} SERVERNONCE=${theirs.toString('hex')}\r\n`;
        socket.write(reply.slice(0, 50));
        return void sleep(50).then(() => socket.write(reply.slice(50)));
      });
      const reply = converse({
        with: peer,
        cookie: own,
        send: (proof) => `login ${proof}\r\n`,
        isWhole: (text) => text.split('\r\n').length === 3,
        mostBytes: 1000,
        seconds: 5,
      });
      return { reply: await reply.catch(String), asked };
    };
    const good = await login(cookie);
    assert.match(good.reply, /^250 AUTHCHALLENGE .*\r\n250 OK\r\n$/);
    assert.equal(good.asked.length, 2);
    assert.ok(!good.asked.join('').includes(cookie.toString('hex')));

    // The owner of its folder linked the cookie to a file of root, whose bytes he does not know.
    const thief = await login(Buffer.alloc(32, 9));
    assert.match(thief.reply, /^Error: .*it does not know the cookie, so another program may answer there$/);
    assert.equal(thief.asked.length, 1);

    const wrong = await login(cookie, cookie.subarray(0, 5));
    assert.match(wrong.reply, /a cookie has 32 bytes, and this one 5/);
    assert.deepEqual(wrong.asked, []);
  });

  test('says what was wrong: silence, an answer that stops, goes on for ever, is none, or is cut off; nobody there', async (t) => {
    const cases: readonly (readonly [RegExp, (socket: Socket) => void, name?: string])[] = [
      [/^127\.0\.0\.1:\d+: no answer within 1s?/, () => undefined],
      [/only 5 bytes of an answer within/, (socket) => socket.write('$6\r\na')],
      [
        /the answer has more than 100000 bytes/,
        (socket) => socket.write(`$9000000\r\n${'x'.repeat(200_000)}`),
        'Error',
      ],
      [/not a reply in RESP: "HTTP/, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'Error'],
      [/the connection was closed after only 4 bytes/, (socket) => socket.end('$6\r\n')],
      [/the connection was closed/, (socket) => socket.resetAndDestroy()],
    ];
    for (const [message, answer, name = 'NoAnswer'] of cases)
      await assert.rejects(ask(await serve(t, answer), 1), { name, message });
    await assert.rejects(ask({ host: '127.0.0.1', port: await freePort() }), /nothing listens there/);
    await assert.rejects(
      ask({ path: '/nonexistent/socket' }),
      /^NoAnswer: \/nonexistent\/socket: there is no such socket$/,
    );
  });

  test('a socket that is closed to this user does not count as a program that does not answer', async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    t.after(() => server.close());
    await once(server, 'listening');
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await assert.rejects(ask({ path }), /^Error: .*: this user may not connect to it/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test('a password reaches the program, and no reply or error repeats it; one that is missing is not sent', async (t) => {
    const asked: string[] = [];
    const peer = await serve(t, (socket, words) => {
      asked.push(words);
      socket.write(words.includes('echo') ? '+you said hunter22\r\n' : '?hunter22\r\n');
    });
    const say = (secret: string | undefined, words: string) =>
      converse(
        { with: peer, secret, send: (value) => `${words} ${value}`, isWhole, mostBytes: 1000, seconds: 5 },
        (reference) => (reference === '$KNOWN' ? { value: 'hunter22' } : { missing: 'NOT_SET is not set' }),
      );
    assert.equal(await say('$KNOWN', 'echo'), '+you said …\r\n');
    await assert.rejects(say('$KNOWN', 'fail'), /not a reply in RESP: "\?…/);
    assert.deepEqual(asked, ['echo hunter22', 'fail hunter22']);
    await assert.rejects(say('$NOT_SET', 'echo'), /NOT_SET is not set/);
    assert.equal(asked.length, 2);
  });
});

describe('io/resolve', () => {
  test('asks the server that is named: an answer, none, a refusal, silence', async (t) => {
    const answers: Readonly<Record<string, (query: Buffer) => Buffer | undefined>> = {
      good: (query) => reply(query, 0, Buffer.from('c00c000100010000003c0004c0000201', 'hex')),
      none: (query) => reply(query, 0),
      missing: (query) => reply(query, 3),
      refused: (query) => reply(query, 5),
      failed: (query) => reply(query, 2),
      silent: () => undefined,
    };
    const socket = createSocket('udp4');
    t.after(() => socket.close());
    socket.on('message', (query, { port, address }) => {
      const name = Object.keys(answers).find((one) => query.includes(one)) ?? '';
      const answer = answers[name]?.(query);
      if (answer) socket.send(answer, port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const server = `127.0.0.1:${socket.address().port}`;
    const resolve = (name: string) => resolveName({ name: `${name}.example.org`, type: 'A', server, seconds: 1 });
    assert.deepEqual(await resolve('good'), ['192.0.2.1']);
    assert.deepEqual(await resolve('none'), []);
    assert.deepEqual(await resolve('missing'), []);
    await assert.rejects(
      resolve('refused'),
      new RegExp(`^Error: A of refused.example.org, asked of ${server}: it refuses`),
    );
    await assert.rejects(resolve('failed'), /SERVFAIL/);
    const silence = await resolve('silent').catch(reasonOf);
    assert.match(String(silence), /^A of silent\.example\.org, asked of 127\.0\.0\.1:\d+: no answer( within 1s)?$/);
    await assert.rejects(
      resolveName({ name: 'a.example.org', type: 'SOA', server: '127.0.0.1:1', seconds: 1 }),
      /SOA of/,
    );
  });
});

/** The question with a header that says how it ended, and the records. */
function reply(query: Buffer, code: number, record?: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(record ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(12, end), record ?? Buffer.alloc(0)]);
}
