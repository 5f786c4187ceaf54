// The metrics probe on real files and against real servers, right and hostile.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRaw } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openRecordedHost } from '../../lib/io/recorded.ts';
import { metrics } from '../../lib/snapshot/probes/metrics.ts';
import { listen, listenSilently } from '../process.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { localHost, recordedHost, writeModified } from './machine.ts';

const at = new Date('2026-11-20T08:00:00Z');
const ago = (seconds: number): Date => new Date(at.getTime() - seconds * 1000);
const unix = (time: Date): number => time.getTime() / 1000;

interface Options {
  readonly host?: ReturnType<typeof localHost>;
  readonly run?: object;
}

const readAs = (keys: string, { host = localHost('/nonexistent'), run = {} }: Options = {}) =>
  metrics.read({
    host: () => host,
    run,
    config: configurationOf(`metrics: { x: { family: up, ${keys} } }`),
    item: 'x',
    previous: undefined,
    bootId: '',
    at,
  });

const read = (file: string, more = '', options: Options = {}) => readAs(`file: "${file}"${more}`, options);

describe('metrics probe, files', () => {
  test('a file gives the chosen series and its age, also behind a link', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'a.prom');
    writeModified(file, 'up{job="a",n="1"} 5\nup{job="b",n="1"} 6\n', ago(60));
    symlinkSync(file, join(folder, 'link.prom'));
    const found = await read(join(folder, 'link.prom'), ', labels: { job: a }, red: "0:4"');
    assert.deepEqual(
      [found.values, found.age_seconds, found.stale_seconds, found.limits],
      [{ 'n=1': 5 }, 60, 93_600, { red: '0:4' }],
    );
  });

  test('a file that is missing, of 200 MB, a folder or from the future has no reading', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(read(join(folder, 'none.prom')), /ENOENT/);
    await assert.rejects(read(folder), /is not a regular file/);
    const [big, future] = [join(folder, 'big.prom'), join(folder, 'future.prom')];
    writeModified(big, 'up 1\n', at);
    truncateSync(big, 200_000_000);
    utimesSync(big, at, at);
    await assert.rejects(read(big), /too large to be read whole/);
    writeModified(future, 'up 1\n', ago(-3600));
    await assert.rejects(read(future), /was written in the future/);
  });

  test('a pattern reads all files that match, and no hidden file; of those with the metric the oldest gives the age', async (t) => {
    const folder = temporaryFolder(t);
    for (const [name, text, seconds] of [
      ['a.prom', 'up{n="1"} 1\nup 5\n', 60],
      ['b.prom', 'up{n="2"} 2\nup 6\n', 120],
      ['c.prom', 'down 1\n', 9e6],
      ['.d.prom', 'up{n="3"} 3\n', 9e6],
      ['e.prom.tmp', 'up{n="4"} 4\n', 9e6],
    ] as const)
      writeModified(join(folder, name), text, ago(seconds));
    const found = await read(`${folder}/*.prom`);
    assert.deepEqual(found.values, { 'n=1': 1, 'file=a.prom': 5, 'n=2': 2, 'file=b.prom': 6 });
    assert.deepEqual([found.age_seconds, found.oldest_file], [120, join(folder, 'b.prom')]);
    // Where no file has the metric, a file that is no longer written may be the one that had it.
    const none = await read(`${folder}/*.prom`, ', labels: { n: "7" }, absent: green');
    assert.deepEqual([none.values, none.age_seconds, none.oldest_file], [{}, 9e6, join(folder, 'c.prom')]);
  });

  test('a pattern that matches nothing, too many files or too many bytes has no reading', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(read(`${folder}/*.prom`), /no file matches .*\*\.prom$/);
    await assert.rejects(read(`${folder}/none/*.prom`), /ENOENT/);
    for (let index = 0; index < 33; index++) writeModified(join(folder, `${index}.prom`), 'up 1\n', at);
    await assert.rejects(
      read(`${folder}/*.prom`),
      /^Error: 33 files match .* at most 32 are read: narrow the pattern$/,
    );
    await assert.rejects(read(`${folder}/?.prom`), /ENOENT/, '? is an ordinary character');
    const large = join(folder, 'large');
    for (const name of ['1.prom', '2.prom']) {
      writeModified(join(large, name), 'up 1\n', at);
      truncateSync(join(large, name), 9_000_000);
      utimesSync(join(large, name), at, at);
    }
    assert.deepEqual((await read(`${large}/1*.prom`)).values, { value: 1 });
    await assert.rejects(read(`${large}/*.prom`), /is too large to be read whole: 18000000 bytes$/);
  });

  test('times are read as ages; a time in the future, or in milliseconds, is left out aloud', async (t) => {
    const file = join(temporaryFolder(t), 'backup.prom');
    const values = [unix(ago(3600)), unix(ago(-60)), 0, unix(at) * 1000, unix(ago(-3600)), 1e300];
    writeModified(file, values.map((value, index) => `up{n="${index}"} ${value}\n`).join(''), ago(9e6));
    const found = await read(file, ', age: { amber: 26h, red: 3d }');
    assert.deepEqual(found.ages, { 'n=0': 3600, 'n=1': 0, 'n=2': unix(at) });
    assert.deepEqual(
      [found.values, found.stale_seconds, found.age_limits],
      [{}, undefined, { amber: 93_600, red: 259_200 }],
    );
    assert.match(
      found.problem ?? '',
      /^left out: n=3 is 1795161600000, which is no time .* or lies in the future, and 2 more$/,
    );
    assert.equal((await read(file, ', age: { red: 3d }, stale: 1d')).stale_seconds, 86_400);
  });

  test('metrics of one run that name one place share one read', async (t) => {
    const folder = temporaryFolder(t);
    writeModified(join(folder, 'a.prom'), 'up 1\n', at);
    const { host, asked } = recordedHost('/nonexistent');
    const run = {};
    const both = [read(`${folder}/*.prom`, '', { host, run }), read(`${folder}/*.prom`, ', red: "0"', { host, run })];
    assert.equal((await Promise.all(both)).length, 2);
    assert.deepEqual(asked, [`list ${folder}`]);
    await read(`${folder}/*.prom`, '', { host, run: {} });
    assert.equal(asked.length, 2, 'another run reads again');
  });
});

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(t, createServer(answer))}/metrics`;
}

/** A server that sends a head, and then the same part again and again. */
async function serveForEver(t: TestContext, part: string | Buffer, everyMs: number): Promise<string> {
  const server = createRaw((socket) => {
    const send = (): void => {
      socket.write(part, (error) => {
        if (!error) setTimeout(send, everyMs);
      });
    };
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      send();
    });
  });
  return `http://127.0.0.1:${await listen(t, server)}/metrics`;
}

const ask = (url: string, more = '', options: Options = {}) => readAs(`url: "${url}"${more}`, options);

describe('metrics probe, URLs', () => {
  test('a URL gives the chosen series, without an age; compressed answers are not asked for', async (t) => {
    const asked: string[] = [];
    const url = await serve(t, ({ method, headers }, response) => {
      asked.push(`${method} ${headers['accept-encoding']} ${headers['user-agent']}`);
      response.end('# TYPE up gauge\nup{job="a"} 1\nup{job="b"} 0\n');
    });
    const found = await ask(url, ', red: "1"');
    assert.deepEqual(found, {
      place: url,
      family: 'up',
      values: { 'job=a': 1, 'job=b': 0 },
      ages: {},
      limits: { red: '1' },
    });
    assert.deepEqual(asked, ['GET undefined ops-monitor/test']);
  });

  test('five metrics of one URL cost one request', async (t) => {
    let requests = 0;
    const url = await serve(t, (_request, response) => {
      requests += 1;
      response.end('up 1\n');
    });
    const run = {};
    const all = await Promise.all(Array.from({ length: 5 }, () => ask(url, '', { run })));
    assert.deepEqual([all.length, requests], [5, 1]);
  });

  test('a secret of the query is sent, and neither the place nor a label that repeats it shows it', async (t) => {
    process.env['METRICS_TEST_TOKEN'] = 'hunter2/x';
    const url = await serve(
      t,
      (request, response) => void response.end(`up{asked="${request.url}",raw="hunter2/x"} 1\n`),
    );
    const found = await ask(`${url}?a=b&token=$METRICS_TEST_TOKEN`);
    assert.deepEqual(found.values, { 'asked=/metrics?a=b&token=…,raw=…': 1 });
    assert.equal(found.place, `${url}?a=…&token=$METRICS_TEST_TOKEN`);
    await assert.rejects(ask(`${url}?token=$METRICS_TEST_NONE`), /METRICS_TEST_NONE is not set/);
  });

  test('a server that refuses, redirects in a loop, is silent or answers with an error has no reading, with the reason', async (t) => {
    const closed = createRaw();
    const port = await listen(t, closed);
    closed.close();
    await assert.rejects(ask(`http://127.0.0.1:${port}/`), /does not answer: the connection is refused/);
    let requests = 0;
    const loop = await serve(t, (_request, response) => {
      requests += 1;
      response.writeHead(301, { location: '/metrics' }).end('up 1\n');
    });
    await assert.rejects(ask(loop), /answers with status 301, not 200; redirects are not followed$/);
    assert.equal(requests, 1);
    const failing = await serve(t, (_request, response) => void response.writeHead(503).end('up 1\n'));
    await assert.rejects(ask(failing), /answers with status 503, not 200$/);
    const empty = await serve(t, (_request, response) => void response.writeHead(204).end());
    await assert.rejects(ask(empty), /answers with status 204, not 200$/);
    const silent = await listenSilently(t);
    await assert.rejects(
      ask(`http://127.0.0.1:${silent}/`, ', timeout: 300ms'),
      /does not answer: no answer within 300ms/,
    );
  });

  test('a body without an end, drop by drop, cut off or compressed unasked has no reading, with the reason', async (t) => {
    for (const part of ['up 1\n'.repeat(10_000), Buffer.alloc(65_536)])
      await assert.rejects(
        ask(await serveForEver(t, part, 0), ', timeout: 9s'),
        /the answer of \S+ cannot be used: it has more than 16777216 bytes$/,
      );
    await assert.rejects(
      ask(await serveForEver(t, 'up 1\n', 20), ', timeout: 400ms'),
      /cannot be used: it was not complete within 400ms$/,
    );
    const cut = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('up 1\n');
      setTimeout(() => response.destroy(), 20);
    });
    await assert.rejects(ask(cut), /cannot be used: the connection was closed before its end$/);
    const gzip = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip\u0085' }).end(gzipSync('up 1\n'));
    });
    await assert.rejects(ask(gzip), /cannot be used: it is encoded as gzip, unasked$/);
  });

  test('a million series, NaN, a series twice, escape sequences, wrong encoding and a web page never become a good value', async (t) => {
    const answers: [body: string | Buffer, values: number, problem: RegExp][] = [
      [Array.from({ length: 800_000 }, (_, index) => `up{n="${index}"} 1\n`).join(''), 100, /beyond 100 series/],
      ['up{a="x"} NaN\n', 0, /"a=x" is no number: "NaN"/],
      ['up 1\nup 2\n', 1, /"value" a second time/],
      [Buffer.from('up{a="\xff\xfe"} 1\nup{a="\xfe\xff"} 2\n', 'latin1'), 1, /a second time/],
      ['<!DOCTYPE html><title>Log in</title>\n<p>up 1', 0, /"<!DOCTYPE html>.*is no line of an exposition/],
      [gzipSync('up 1\n'), 0, /is no line of an exposition/],
      ['', 0, /it is empty/],
    ];
    for (const [body, count, problem] of answers) {
      const found = await ask(await serve(t, (_request, response) => void response.end(body)), ', absent: green');
      assert.equal(Object.keys(found.values).length, count);
      assert.match(found.problem ?? '', problem);
    }
    const escape = 'up{a="\u001b[31mred\u009b\u202e"} 1\nup{b="x\\n\u0007"} \u001b[2J\n';
    const found = await ask(await serve(t, (_request, response) => void response.end(escape)));
    // oxlint-disable-next-line no-control-regex -- control characters are what the reading must not have
    assert.doesNotMatch(JSON.stringify([found.values, found.problem]), /[\u0000-\u001f\u007f-\u009f\u202e]|\\u00/);
    assert.deepEqual(found.values, { 'a=[31mred': 1 });
  });

  test('a recorded machine answers with the recorded body', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'root'));
    const urls = { 'http://127.0.0.1:9100/metrics': { response_ms: 1, status: 200, body: 'up 7\n' } };
    const about = { summary: '', recorded_at: '', hostname: '', statfs: {}, stat: {} };
    writeFileSync(join(folder, 'machine.json'), JSON.stringify({ ...about, urls }));
    const host = openRecordedHost(folder, 'local', new AbortController().signal);
    assert.deepEqual((await ask('http://127.0.0.1:9100/metrics', '', { host })).values, { value: 7 });
  });

  test('keys that contradict each other are refused', () => {
    for (const [keys, says] of [
      ['', /expected `file` or `url`/],
      ['file: /a, url: "http://h/"', /give either `file` or `url`/],
      ['url: "http://h/", stale: 1d', /is never old/],
      ['url: "http://h/", host: local', /requested from this machine/],
      ['file: /a, timeout: 3s', /belongs to a `url`/],
      ['url: "http://h/", timeout: 10s', /at most 9s/],
      ['url: "http://u:p@h/"', /a password in a URL/],
      ['file: "/a*/b"', /only the name of the file/],
      ['file: /a, red: "0", age: { red: 1d }', /give either `age`, or/],
      ['file: /a, age: {}', /expected `amber` or `red`/],
      ['file: /a, age: { amber: 3d, red: 1d }', /must not be above/],
      ['file: /a, absent: unknown', /expected "green" or "amber" or "red"/],
    ] as const)
      assert.throws(() => configurationOf(`metrics: { x: { family: up, ${keys} } }`), says, keys);
  });
});
