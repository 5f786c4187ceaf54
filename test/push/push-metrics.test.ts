// push-metrics as a person and cron run it: the installed bundle, and a server that keeps the bytes.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { killNow, procFiles } from '../process.ts';
import { readText, until } from '../world.ts';
import { accepted, closedGateway, makeSite, serveGateway } from './gateway.ts';

const text = '# HELP app_up Größe.\n# TYPE app_up gauge\napp_up{a="ü\\n"} NaN\n\n# a comment\napp_up{a="b"}   1e3\n';

describe('push-metrics', () => {
  test('a push has the very bytes of the file, replaces the group of the file’s name, and leaves nothing behind', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { run, put, waiting } = makeSite(t, `{ url: "${url}/" }`);
    const { status, stderr, stdout } = await run(put(text, 'alpha_gate.prom'), '--json');
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { state: string }).state, 'sent');
    const [one] = pushed;
    assert.ok(one && pushed.length === 1);
    assert.equal(`${one.method} ${one.path}`, 'PUT /metrics/job/alpha-gate');
    assert.deepEqual(one.body, Buffer.from(text));
    assert.equal(one.headers['content-length'], String(Buffer.byteLength(text)));
    assert.equal(one.headers['authorization'], undefined);
    assert.deepEqual(waiting(), []);
  });

  test('job and labels come from the command line, the configuration and the file’s name, and are encoded', async (t) => {
    const { paths, url } = await serveGateway(t, accepted);
    const { run, put } = makeSite(t, `{ url: "${url}", group: { instance: vm1 }, jobs: { named.prom: release } }`);
    await run(put(text, 'named.prom'));
    await run(put(text), '--job', 'a b', '--group', 'path=/data/x', '--group', 'empty=', '--group', 'up=..');
    await run(put(text), '--method', 'post', '--group', 'instance=vm2', '--group', 'text=a=b');
    await run('--method', 'delete', '--job', 'app');
    assert.deepEqual(paths(), [
      'PUT /metrics/job/release/instance/vm1',
      'PUT /metrics/job@base64/YSBi/instance/vm1/path@base64/L2RhdGEveA/empty@base64/=/up@base64/Li4',
      'POST /metrics/job/app/instance/vm2/text@base64/YT1i',
      'DELETE /metrics/job/app/instance/vm1',
    ]);
  });

  test('what a Pushgateway refuses is explained, and neither sent nor kept', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { run, put, waiting, dead } = makeSite(t, `{ url: "${url}" }`);
    const cases: [string | Uint8Array, RegExp][] = [
      ['', /it is empty, and would clear the group: --method delete/],
      ['a 1', /it does not end with a newline/],
      ['# HELP a A.\r\na 1\r\n', /line 2 ends with a carriage return/],
      [
        'a 1\nb{c="d"} 2 1700000000000\n',
        /line 2 has a timestamp \("1700000000000"\): "b\{c=\\"d\\"\} 2 1700000000000"/,
      ],
      ['a{b="1",c="2"} 1\na{c="2", b="1"} 2\n', /line 1 and line 2 are the same series/],
      ['a{job="x"} 1\na{job="y"} 2\n', /line 1 and line 2 are the same series/],
      ['# HELP a x\n# HELP a y\n', /line 2 is the second HELP of "a", after line 1/],
      ['a 1\n# TYPE a counter\n', /line 2 is the TYPE of "a", after its samples/],
      ['# TYPE a gauge\na 1\n# TYPE a counter\n', /line 3 is the second TYPE of "a", after line 1/],
      [`# ${'x'.repeat(8_388_608)}\n`, /it has 8388611 bytes, and at most 8388608 are pushed/],
      [Buffer.from('a{b="\xff"} 1\n', 'latin1'), /it is not UTF-8/],
    ];
    for (const [content, words] of cases) {
      const { status, stderr } = await run(put(content));
      assert.equal(status, 1, String(content).slice(0, 99));
      assert.match(stderr, words);
    }
    const missing = await run('/nowhere/app.prom');
    assert.match(missing.stderr, /^push-metrics: nothing was pushed: \/nowhere\/app\.prom does not exist$/m);
    assert.deepEqual([pushed.length, waiting(), dead()], [0, [], []]);
  });

  test('what only looks wrong is pushed: NaN, histograms, spaces, odd lines, a label that the group replaces', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { run, put } = makeSite(t, `{ url: "${url}" }`);
    const good = [
      'a NaN\nb +Inf\n',
      '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n',
      '  a {b="1" , c="}"} 1  \n\t\na{b="1",c="x # y"} 1\n',
      'a{b=""} 1\na 2\n',
      '{"name.with.dots", a="b"} 1\nwhat is this\n',
    ];
    for (const content of good) {
      const { status, stderr } = await run(put(content));
      assert.equal(status, 0, stderr);
    }
    assert.deepEqual(
      pushed.map(({ body }) => body.toString()),
      good,
    );
    const { stderr } = await run(put('a{job="mine"} 1\n'), '--job', 'theirs');
    assert.match(stderr, /its label job=\\"mine\\" becomes \\"theirs\\": the group has that label/);
  });

  test('a refused push fails with the server’s words, and becomes a dead letter', async (t) => {
    const said = 'text format parsing error in line 1: expected float as value, got "x"\nmore';
    const { url } = await serveGateway(t, () => ({ status: 400, body: said }));
    const { run, put, waiting, dead, outbox } = makeSite(t, `{ url: "${url}" }`);
    const { status, stderr } = await run(put('a x\n'));
    assert.equal(status, 1);
    assert.match(
      stderr,
      /the put of \{job="app"\} to 127.0.0.1:\d+ was refused: it answered 400: text format parsing error in line 1/,
    );
    assert.deepEqual([waiting().length, dead().length], [0, 1]);
    const [newest = ''] = dead();
    for (let count = 10; count < 40; count++) writeFileSync(join(outbox, 'dead', `0000000000000${count}-x.json`), '{}');
    await run(put('a x\n'));
    assert.equal(dead().length, 20, 'only the newest are kept');
    assert.ok(dead().includes(newest));
  });

  test('wrong words on the command line and in the configuration are usage errors', async (t) => {
    const { run, put } = makeSite(t, '{ url: "http://127.0.0.1:1" }');
    const file = put(text);
    const cases: [string[], RegExp][] = [
      [[], /name the file to push/],
      [[file, '--flush'], /--flush pushes what waits: it takes no file/],
      [[file, '--method', 'patch'], /--method patch: expected put, post, delete/],
      [[file, '--method', 'delete'], /--method delete removes a group: it takes no file/],
      [['--method', 'delete'], /name the job whose group is removed/],
      [[file, '--group', 'a'], /--group "a": expected label=value/],
      [[file, '--group', 'job=x'], /the job is named by itself/],
      [[file, '--group', '__a=x'], /names that begin with __ are reserved/],
      [[file, '--group', 'a=1', '--group', 'a=2'], /--group names the label a twice/],
      [[file, '--url', 'ftp://x'], /--url: expected an http or https URL/],
      [[file, '--url', 'http://u:secret@h/'], /--url: a URL with a password would be printed/],
    ];
    for (const [argv, words] of cases) {
      const { status, stderr } = await run(...argv);
      assert.equal(status, 2, argv.join(' '));
      assert.match(stderr, words);
    }
    const bare = await makeSite(t, '{}').run(file);
    assert.equal(bare.status, 2);
    assert.match(bare.stderr, /no Pushgateway is named: `push: \{ url: /);
    const half = await makeSite(t, '{ user: ops }').run(file);
    assert.equal(half.status, 2);
    assert.match(half.stderr, /push\.user: expected `password` as well/);
  });

  test('a dry run writes and sends nothing', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    const { status, stdout } = await run(put(text), '--dry-run');
    assert.equal(status, 0);
    assert.match(stdout, /would send the put of \{job="app"\} to 127.0.0.1:\d+ \(\d+ bytes\)/);
    assert.deepEqual([pushed.length, waiting()], [0, []]);
  });
});

describe('pushes that wait', () => {
  test('while the server is down, a push waits on disk; --flush sends it when the server is back', async (t) => {
    const { port, url } = await closedGateway();
    const { run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    const { status, stderr } = await run(put(text));
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /the put of .*app.* was not accepted, and waits for the next run: the connection is refused: nothing listens there/,
    );
    assert.match(
      (await run('--flush')).stderr,
      /the put of .*app.* was not accepted, .*nothing listens there/,
      'it is tried',
    );
    assert.equal(waiting().length, 1);
    const { pushed } = await serveGateway(t, accepted, port);
    assert.equal((await run('--flush')).status, 0);
    assert.deepEqual(
      pushed.map(({ body }) => body.toString()),
      [text],
    );
    assert.deepEqual(waiting(), []);
  });

  test('while the server is down, the next push of another group does not try those before until their time has come', async (t) => {
    const { port, url } = await closedGateway();
    const { run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    await run(put('a 1\n'), '--job', 'early');
    const { pushed } = await serveGateway(t, accepted, port);
    assert.match((await run(put('b 1\n'), '--job', 'late')).stderr, /1 push of before waits/);
    assert.deepEqual([pushed.length, waiting().length], [1, 1]);
  });

  test('of several puts of one group only the newest is sent, other groups keep theirs', async (t) => {
    const { port, url } = await closedGateway();
    const { run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    for (const value of [1, 2]) await run(put(`a ${value}\n`));
    await run(put('other 1\n', 'other.prom'), '--group', 'x=1');
    assert.equal(waiting().length, 2);
    const { pushed } = await serveGateway(t, accepted, port);
    await run(put('a 3\n'));
    assert.deepEqual(
      pushed.map(({ body }) => body.toString()),
      ['a 3\n'],
      'the other group waits for its time',
    );
    assert.equal(waiting().length, 1);
  });

  test('posts with other metrics are all sent, in their order, and none overtakes one that failed', async (t) => {
    const { port, url } = await closedGateway();
    const { run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    for (const content of ['a 1\n', 'b 1\n', 'a 2\n']) await run(put(content), '--method', 'post');
    assert.equal(waiting().length, 2, 'the first a was replaced');
    let isUp = false;
    const { pushed } = await serveGateway(t, () => ({ status: isUp ? 202 : 503 }), port);
    await run(put('c 1\n'), '--method', 'post');
    assert.deepEqual(
      pushed.map(({ body }) => body.toString()),
      ['b 1\n'],
      'only the first of the group is tried',
    );
    isUp = true;
    await run('--flush');
    assert.deepEqual(
      pushed.map(({ body }) => body.toString()),
      ['b 1\n', 'b 1\n', 'a 2\n', 'c 1\n'],
    );
    assert.deepEqual(waiting(), []);
  });

  test('a server that never answers costs the time limit, and the push waits', async (t) => {
    const { url } = await serveGateway(t, () => undefined);
    const { run, put, waiting } = makeSite(t, `{ url: "${url}", timeout: 1s }`);
    const { status, stderr } = await run(put(text));
    assert.equal(status, 0);
    assert.match(stderr, /waits for the next run: no answer within 1 s/);
    assert.equal(waiting().length, 1);
  });

  test('a push that was not accepted for long enough is given up, and said', async (t) => {
    const { url } = await closedGateway();
    const { run, put, waiting, dead } = makeSite(t, `{ url: "${url}", give-up: 1s }`);
    await run(put('a 1\n'), '--job', 'old');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const { status, stderr } = await run('--flush');
    assert.equal(status, 0);
    assert.match(
      stderr,
      /the put of .*old.* was not accepted, and lies in push\/outbox\/dead: given up: .*the connection is refused/,
    );
    assert.deepEqual([waiting().length, dead().length], [0, 1]);
  });

  test('a run that is killed before the server’s answer is recorded leaves its push, which is sent again', async (t) => {
    let pid = 0;
    let isFirst = true;
    const { pushed, url } = await serveGateway(t, () => {
      if (!isFirst) return accepted();
      isFirst = false;
      killNow(pid);
      return undefined;
    });
    const { start, run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    const killed = await start('push-metrics', [put(text)], { started: (one) => (pid = one) });
    assert.equal(killed.signal, 'SIGKILL');
    assert.equal(waiting().length, 1);
    assert.equal((await run('--flush')).status, 0);
    assert.deepEqual(
      pushed.map(({ body }) => body.toString()),
      [text, text],
    );
    assert.deepEqual(waiting(), []);
  });

  test('runs at the same time lose no push', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { run, put, waiting } = makeSite(t, `{ url: "${url}" }`);
    const file = put(text);
    const all = await Promise.all(Array.from({ length: 6 }, (_, index) => run(file, '--job', `job${index}`)));
    for (const { status, stderr } of all) assert.equal(status, 0, stderr);
    if (waiting().length > 0) await run('--flush');
    assert.deepEqual(
      [...new Set(pushed.map(({ path }) => path))].sort(),
      Array.from({ length: 6 }, (_, index) => `/metrics/job/job${index}`),
    );
    assert.deepEqual(waiting(), []);
  });

  test('while another run waits for a slow server, a push is left to that run, which sends it', async (t) => {
    const { pushed, url, paths } = await serveGateway(t, ({ path }) =>
      path.endsWith('slow') ? undefined : accepted(),
    );
    const { run, put, waiting } = makeSite(t, `{ url: "${url}", timeout: 5s }`);
    const file = put(text);
    const slow = run(file, '--job', 'slow');
    await until(() => pushed.length === 1);
    const { status, stderr } = await run(file, '--job', 'quick');
    assert.equal(status, 0);
    assert.match(stderr, /nothing was sent by this run: push-metrics is already running: process \d+/);
    assert.equal(waiting().length, 2);
    assert.equal((await slow).status, 0);
    assert.deepEqual(paths(), ['PUT /metrics/job/slow', 'PUT /metrics/job/quick']);
    assert.equal(waiting().length, 1);
  });

  test('a damaged entry is set aside, and stops no other', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { run, put, outbox, dead } = makeSite(t, `{ url: "${url}" }`);
    mkdirSync(outbox, { recursive: true });
    writeFileSync(join(outbox, '000000000000001-x.json'), '{"torn');
    const { status, stderr } = await run(put(text));
    assert.equal(status, 0);
    assert.match(stderr, /000000000000001-x\.json was not pushed, and moved to push\/outbox\/dead: it cannot be read/);
    assert.deepEqual([pushed.length, dead().length], [1, 1]);
  });
});

describe('ops-monitor outbox', () => {
  test('lists pushes that wait, dead ones and damaged ones beside the mails, with the server’s words and the next attempt', async (t) => {
    const { pushed, url } = await serveGateway(t, ({ path }) =>
      path.endsWith('bad') ? { status: 400, body: 'no \u001B[31mmetric' } : { status: 503, body: 'later' },
    );
    const { start, run, put, outbox } = makeSite(t, `{ url: "${url}" }`);
    assert.match((await start('outbox', [])).stdout, /^The outbox is empty/);
    await run(put(text), '--job', 'bad');
    await run(put(text), '--job', 'good');
    writeFileSync(join(outbox, '000000000000001-x.json'), '{"torn');
    assert.equal(pushed.length, 2);
    const { status, stdout } = await start('outbox', ['list']);
    assert.equal(status, 0);
    assert.match(stdout, /^\d{15}-\w{8} {2}waiting {2}written \d+\S* .*ago {2}put of \{job="good"\} to 127\.0\.0\.1:\d+\n {2}127\.0\.0\.1:\d+ +waiting +1 attempt +next \S+ \S+ UTC +.*503: later$/m); // prettier-ignore
    assert.match(stdout, /^\d{15}-\w{8} {2}dead {2}written .* put of \{job="bad"\} to .*\n.*400: no {2}\[31mmetric$/m);
    assert.match(stdout, /^000000000000001-x {2}waiting\n {2}it cannot be read: /m);
    const listed = JSON.parse((await start('outbox', ['--json'])).stdout) as { kind: string; state: string; subject?: string }[]; // prettier-ignore
    assert.deepEqual(
      listed.map(({ kind, state, subject = '' }) => `${kind} ${state} ${subject.slice(0, 18)}`.trim()),
      ['push waiting put of {job="good"', 'push waiting', 'push dead put of {job="bad"}'],
    );
  });
});

describe('ops-monitor outbox drop', () => {
  test('drops a push that waits or is dead, by the beginning of its ID, and prints it; a wrong ID changes nothing', async (t) => {
    const { url } = await serveGateway(t, ({ path }) => (path.endsWith('bad') ? { status: 400 } : { status: 503 }));
    const { start, run, put, waiting, dead } = makeSite(t, `{ url: "${url}" }`);
    await run(put(text), '--job', 'bad');
    await run(put(text), '--job', 'good');
    const [id = ''] = waiting().map((name) => name.replace('.json', ''));
    assert.match(
      (await start('outbox', ['drop', id, '--dry-run'])).stdout,
      /Dropped:\n[^]*Dry run: nothing was changed/,
    );
    assert.equal((await start('outbox', ['drop', 'nosuch'])).status, 2);
    assert.deepEqual([waiting().length, dead().length], [1, 1]);
    const dropped = await start('outbox', ['drop', id.slice(0, -2)]);
    assert.equal(dropped.status, 0, dropped.stderr);
    assert.match(dropped.stdout, /^Dropped:\n\S+ {2}waiting .* put of \{job="good"\}/);
    assert.deepEqual([waiting().length, dead().length], [0, 1]);
    await start('outbox', ['drop', dead()[0] ?? '']);
    assert.deepEqual([waiting().length, dead().length], [0, 0]);
  });
});

describe('the password of a Pushgateway', () => {
  const password = 'hush-Zahlwort-77';

  test('goes to the configured server alone, and appears in no file, output or argument', async (t) => {
    let seen: string[] = [];
    const watch = (): void => {
      seen = procFiles('cmdline').flatMap(({ text: line }) => (line.includes(password) ? [line] : []));
    };
    const ours = await serveGateway(t, ({ headers }) => {
      watch();
      // A server that repeats all it was told.
      return { status: 503, body: `${headers.authorization} ${password} ${Buffer.from(`ops:${password}`).toString()}` };
    });
    const other = await serveGateway(t, accepted);
    const { start, put, folder } = makeSite(t, `{ url: "${ours.url}", user: ops, password: $PUSH_PASSWORD }`);
    const env = { PUSH_PASSWORD: password };
    const argv = [put(text), '--json'];
    const { stdout, stderr } = await start('push-metrics', argv, { env });
    const [asked] = ours.pushed;
    assert.equal(asked?.headers['authorization'], `Basic ${Buffer.from(`ops:${password}`).toString('base64')}`);
    assert.match(stderr, /it answered 503: Basic … … ops:…/);
    await start('push-metrics', [...argv, '--url', other.url], { env });
    assert.equal(other.pushed.length, 1);
    assert.equal(other.pushed[0]?.headers['authorization'], undefined);
    const base64 = Buffer.from(`ops:${password}`).toString('base64').replace(/=+$/, '');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    assert.ok(files.length >= 4, 'configuration, textfile, entry, record');
    const texts = [
      stdout,
      stderr,
      ...files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')),
    ];
    for (const found of texts) assert.ok(!found.includes(password) && !found.includes(base64));
    assert.deepEqual(seen, []);
  });

  test('comes from a systemd credential; without one the push waits and says what is missing', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { start, run, put, folder, waiting } = makeSite(t, `{ url: "${url}", user: ops, password: $PUSH_PASSWORD }`);
    const missing = await run(put(text));
    assert.equal(missing.status, 0);
    assert.match(missing.stderr, /waits for the next run: PUSH_PASSWORD is not set/);
    assert.equal(pushed.length, 0);
    const credentials = join(folder, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'PUSH_PASSWORD'), `${password}\n`);
    await start('push-metrics', [put(text)], { env: { CREDENTIALS_DIRECTORY: credentials } });
    assert.equal(pushed[0]?.headers['authorization'], `Basic ${Buffer.from(`ops:${password}`).toString('base64')}`);
    assert.deepEqual(waiting(), []);
  });
});

describe('--push', () => {
  const gate = 'gate-runs: { alpha: { folder: FOLDER, phases: { one: { command: [touch, FOLDER/ran] } } } }\n';

  test('a gate and test results are pushed as their textfiles are', async (t) => {
    const { pushed, url, paths } = await serveGateway(t, accepted);
    const { start, state, put } = makeSite(t, `{ url: "${url}" }`, gate);
    const { status, stderr } = await start('run-gate', ['alpha', '--push']);
    assert.equal(status, 0, stderr);
    const junit = put('<testsuite name="s"><testcase classname="c" name="n" time="1"/></testsuite>', 'junit.xml');
    await start('test-metrics', ['--junit', junit, '--push']);
    assert.deepEqual(paths(), ['PUT /metrics/job/alpha-gate', 'PUT /metrics/job/pytest-metrics']);
    for (const [index, name] of ['alpha_gate.prom', 'pytest_metrics.prom'].entries())
      assert.equal(pushed[index]?.body.toString(), readText(join(state, 'textfiles', name)));
  });

  test('a boot is pushed as its textfile is; a Pushgateway that is down fails no boot, and one that is missing starts none', async (t) => {
    const boot = 'boot: { components: { one: { start: [touch, FOLDER/started] } } }\n';
    const { pushed, url, paths } = await serveGateway(t, accepted);
    const site = makeSite(t, `{ url: "${url}" }`, boot);
    const { status, stderr } = await site.start('run-boot', ['--push']);
    assert.equal(status, 0, stderr);
    assert.deepEqual(paths(), ['PUT /metrics/job/boot-metrics']);
    assert.equal(pushed[0]?.body.toString(), readText(join(site.state, 'textfiles', 'boot_metrics.prom')));
    const down = makeSite(t, `{ url: "${(await closedGateway()).url}" }`, boot);
    const waits = await down.start('run-boot', ['--push', '--exit-code']);
    assert.equal(waits.status, 0);
    assert.match(waits.stderr, /the put of .*boot-metrics.* was not accepted, and waits/);
    assert.equal(down.waiting().length, 1);
    const without = makeSite(t, '{}', boot);
    const refused = await without.start('run-boot', ['--push']);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /no Pushgateway is named/);
    assert.ok(!existsSync(join(without.folder, 'started')));
  });

  test('a Pushgateway that is down fails no gate: the push waits, and the run says so', async (t) => {
    const { url } = await closedGateway();
    const { start, waiting } = makeSite(t, `{ url: "${url}" }`, gate);
    const { status, stderr } = await start('run-gate', ['alpha', '--push', '--exit-code']);
    assert.equal(status, 0);
    assert.match(stderr, /the put of .*alpha-gate.* was not accepted, and waits/);
    assert.equal(waiting().length, 1);
  });

  test('without a Pushgateway in the configuration the gate is not started', async (t) => {
    const { start, folder } = makeSite(t, '{}', gate);
    const { status, stderr } = await start('run-gate', ['alpha', '--push']);
    assert.equal(status, 2);
    assert.match(stderr, /no Pushgateway is named/);
    assert.ok(!existsSync(join(folder, 'ran')));
  });
});
