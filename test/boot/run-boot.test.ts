// run-boot as a person and a unit run it: the installed bundle, with real commands, servers and ports.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { BootSummary } from '../../lib/boot/files.ts';
import { ownMapping, parseGateSummary } from '../../lib/parse/gate.ts';
import { tagsOf } from '../../lib/parse/xml.ts';
import { serveHttp } from '../http.ts';
import { environmentIn, freePort, isAlive, killNow, listenSilently, processesOf, root, runBeside } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

function makeBoot(t: TestContext, components: object, more: object = {}) {
  const folder = temporaryFolder(t);
  const work = join(folder, 'work');
  mkdirSync(work);
  const state = join(folder, 'state');
  const config = join(folder, 'config.yaml');
  // JSON is YAML.
  const write = (all: object): void =>
    writeFileSync(config, JSON.stringify({ files: { state }, boot: { components: all, ...more } }));
  write(components);
  const outside = environmentIn(folder);
  const env = { ...outside, PATH: `${folder}/bin:${outside.PATH}` };
  const argv = [process.execPath, join(root, 'dist', 'run-boot.cjs'), '--config', config];
  const boot = join(state, 'monitoring', 'boot');
  return {
    folder,
    work,
    boot,
    write,
    run: (...options: string[]) => runBeside([...argv, ...options], env),
    begin: (started: (pid: number) => void) => runBeside(argv, env, started),
    summary: () => JSON.parse(readText(join(boot, 'summary.json'))) as BootSummary,
    latest: (name: string) => readText(join(boot, 'latest', name)),
    textfile: () => readText(join(state, 'textfiles', 'boot_metrics.prom')),
  };
}

const sh = (script: string): string[] => ['sh', '-c', script];
const outcomes = ({ components }: BootSummary) =>
  components.map(({ name, outcome }) => `${name} ${outcome}`).join(', ');
const reasons = ({ components }: BootSummary) => components.map(({ reason = '' }) => reason);

/** A start command that leaves a web server behind, which begins to answer a little later. */
const serverIn = (work: string, port: number) =>
  sh(
    `${process.execPath} -e 'setTimeout(() => require("http").createServer((q, a) => a.end("ok")).listen(${port}, "127.0.0.1"), 700)' >/dev/null 2>&1 & echo $! > ${work}/pid`,
  );

describe('run-boot', () => {
  test('servers are started in order, waited for, and left running', async (t) => {
    const port = await freePort();
    const copy = join(temporaryFolder(t), 'logs', 'alpha_gate', 'boot_metrics.prom');
    const { run, write, work, summary, textfile, latest, boot } = makeBoot(
      t,
      { none: { start: ['true'] } },
      { 'copy-to': copy },
    );
    write({
      app: { start: sh(`echo started; cat ${work}/pid`), ready: { tcp: `127.0.0.1:${port}` }, after: ['web'] },
      web: { start: serverIn(work, port), ready: { http: `http://127.0.0.1:${port}/health` }, timeout: '50s' },
    });
    const { status, stdout, stderr } = await run('--json');
    const pid = Number(readText(join(work, 'pid')));
    t.after(() => killNow(pid));
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), summary());
    assert.equal(outcomes(summary()), 'app ready, web ready');
    assert.ok(isAlive(pid), 'the server still runs');
    const [app, web] = summary().components;
    assert.ok(web && app && web.seconds > 0.6 && app.began_seconds >= web.seconds, JSON.stringify(summary()));
    assert.equal(latest('app.1.log'), `started\n${pid}\n`);
    const metrics = textfile();
    for (const line of [
      /^boot_first_attempt_successes 2$/m,
      /^boot_retries 0$/m,
      /^boot_total_seconds [\d.]+$/m,
      /^boot_success 1$/m,
      /^boot_last_run_timestamp_seconds \d+(\.\d+)?$/m,
      /^boot_component_success\{component="web"\} 1$/m,
      /^boot_component_attempts\{component="web"\} 1$/m,
      /^boot_component_seconds\{component="web"\} [\d.]+$/m,
    ])
      assert.match(metrics, line);
    assert.equal(readText(copy), metrics);
    assert.equal(latest('boot_metrics.prom'), metrics);
    assert.deepEqual(JSON.parse(latest('summary.json')), summary());
    assert.match(latest('timeline.txt'), /^the boot is complete: 2 of 2 components ready .*\n {2}app {2}ready .*█\n {2}web {2}ready .*█/); // prettier-ignore
    assert.equal(readText(join(boot, 'history.jsonl')).trimEnd().split('\n').length, 1);
  });

  test('a start that fails is tried again, and the retries are counted', async (t) => {
    const { run, work, write, summary, textfile, latest } = makeBoot(t, { none: { start: ['true'] } });
    write({
      db: { start: sh(`echo x >> ${work}/tries; [ $(wc -l < ${work}/tries) = 3 ]`), retries: 5, 'back-off': '100ms' },
      cache: { start: ['true'] },
    });
    await run();
    const [db] = summary().components;
    assert.deepEqual(
      db?.attempts.map(({ reason = 'none' }) => reason),
      ['its start command: exit code 1', 'its start command: exit code 1', 'none'],
    );
    const [first, second, third] = db.attempts.map(({ began_seconds }) => began_seconds);
    assert.ok(second! - first! >= 0.1 && third! - second! >= 0.2, 'the pauses double');
    assert.equal(summary().verdict, 'pass');
    assert.match(textfile(), /^boot_first_attempt_successes 1$/m);
    assert.match(textfile(), /^boot_retries 2$/m);
    assert.match(textfile(), /^boot_component_attempts\{component="db"\} 3$/m);
    assert.match(latest('timeline.txt'), / {2}db .* 3 attempts .*▒.*█/);
  });

  test('what needs a failed component is skipped and says so; the others are started', async (t) => {
    const { run, work, write, summary, textfile, boot, latest } = makeBoot(t, { none: { start: ['true'] } });
    write({
      web: { start: sh(`touch ${work}/web`), after: ['app'] },
      app: { start: sh(`touch ${work}/app`), after: ['cache', 'db'] },
      db: { start: sh('exit 7'), retries: 1, 'back-off': '0s' },
      cache: { start: sh(`touch ${work}/cache`) },
    });
    const { status, stderr } = await run();
    assert.equal(status, 0, 'the run itself succeeded');
    assert.equal(outcomes(summary()), 'web skipped, app skipped, db failed, cache ready');
    assert.deepEqual(reasons(summary()), [
      'it needs app, which was skipped',
      'it needs db, which failed',
      'its start command: exit code 7',
      '',
    ]);
    assert.deepEqual(readdirSync(work), ['cache']);
    const lines = stderr.trimEnd().split('\n');
    assert.deepEqual((JSON.parse(lines.pop() ?? '') as { problems: string[] }).problems, [
      'web was skipped: it needs app, which was skipped',
      'app was skipped: it needs db, which failed',
      'db failed: its start command: exit code 7',
    ]);
    // In the order in which they end.
    const [cache = '', db = '', ...others] = lines;
    assert.match(cache, /^cache: ready after \d+(ms|s)$|^cache: ready after [\d.]+s$/);
    assert.match(db, /^db: failed after [\d.]+m?s: its start command: exit code 7$/);
    assert.deepEqual(others, [
      'app: skipped: it needs db, which failed',
      'web: skipped: it needs app, which was skipped',
    ]);
    // The reason stands below the bar of its component, not over it.
    const svg = latest('timeline.svg');
    const reasonY = Number(/y="([\d.]+)"[^>]*>its start command: exit code 7</.exec(svg)?.[1]);
    const nameY = Number(/y="([\d.]+)"[^>]*>db</.exec(svg)?.[1]);
    assert.ok(reasonY - nameY >= 18, svg);
    assert.match(textfile(), /^boot_component_success\{component="app"\} 0$/m);
    assert.doesNotMatch(textfile(), /boot_component_seconds\{component="app"\}/);
    assert.equal((await run('--exit-code')).status, 1);
    const watched = parseGateSummary(readText(join(boot, 'summary.json')), ownMapping);
    assert.deepEqual([watched.verdict, watched.reason], ['fail', 'db: its start command: exit code 7']);
  });

  test('components that do not need one another are started side by side', async (t) => {
    const { run, work, write, summary } = makeBoot(t, { none: { start: ['true'] } });
    const meet = (own: string, other: string) =>
      sh(`touch ${work}/${own}; until [ -e ${work}/${other} ]; do sleep 0.05; done`);
    write({ a: { start: meet('a', 'b'), timeout: '20s' }, b: { start: meet('b', 'a'), timeout: '20s' } });
    await run();
    assert.equal(outcomes(summary()), 'a ready, b ready');
  });

  test('a component that does not become ready says what was seen last', async (t) => {
    const { url } = await serveHttp(t, () => ({ status: 503 }));
    const silent = await listenSilently(t);
    const closed = await freePort();
    const { run, write, summary } = makeBoot(t, { none: { start: ['true'] } });
    const cases: [ready: object, words: RegExp][] = [
      [{ http: `${url}/health` }, /^not ready within 1s: http:\S+\/health: it answers with 503$/],
      [{ http: `http://127.0.0.1:${closed}/` }, /^not ready within 1s: http:\S+: the connection is refused/],
      [{ http: `http://127.0.0.1:${silent}/` }, /^not ready within 1s: http:\S+: no answer within/],
      [{ tcp: `127.0.0.1:${closed}` }, /^not ready within 1s: 127\.0\.0\.1:\d+: the connection is refused/],
      [{ command: sh('exit 4') }, /^not ready within 1s: its command: exit code 4$/],
      [{ command: sh('sleep 50') }, /^not ready within 1s: its command: ended at its time limit of/],
      [{ command: ['/nowhere/check'] }, /^not ready within 1s: its command: \/nowhere\/check was not found/],
      [{ unit: 'no-such-unit-of-ours.service' }, /^not ready within 1s: .*(no-such-unit-of-ours|systemctl)/],
    ];
    write(Object.fromEntries(cases.map(([ready], index) => [`c${index}`, { ready, timeout: '1s' }])));
    await run();
    for (const [index, reason] of reasons(summary()).entries()) assert.match(reason, cases[index]![1]);
    assert.equal(summary().counts['components_failed'], cases.length);
  });

  test('a start command that never ends fails at the time limit, and its processes end', async (t) => {
    const { run, write, work, summary } = makeBoot(t, { none: { start: ['true'] } });
    write({ slow: { start: sh(`sleep 100 & echo $! > ${work}/pid; wait`), timeout: '1s' } });
    await run();
    assert.deepEqual(reasons(summary()), ['its start command: ended at its time limit of 1s']);
    await until(() => !isAlive(Number(readText(join(work, 'pid')))));
  });

  test('a unit is ready when systemd calls it active', async (t) => {
    const { run, write, summary, folder } = makeBoot(t, { none: { start: ['true'] } });
    // In the place of systemctl, because this machine may lack systemd.
    mkdirSync(join(folder, 'bin'));
    const program = join(folder, 'bin', 'systemctl');
    writeFileSync(
      program,
      `#!/bin/sh\ncase "$*" in\n"is-active -- good.service") echo active;;\n*) printf 'activ\\033[31mating\\n'; exit 3;;\nesac\n`,
    );
    chmodSync(program, 0o755);
    write({
      good: { ready: { unit: 'good.service' }, timeout: '9s' },
      bad: { ready: { unit: 'bad.service' }, timeout: '1s' },
    });
    await run();
    assert.equal(outcomes(summary()), 'good ready, bad failed');
    assert.ok(summary().components[0]!.seconds < 6, 'the first check saw it');
    assert.equal(reasons(summary())[1], 'not ready within 1s: bad.service is activ [31mating');
  });

  test('a cycle is refused with its path, and so are names that do not exist; nothing is started', async (t) => {
    const { run, write, work } = makeBoot(t, { none: { start: ['true'] } });
    const start = sh(`touch ${work}/started`);
    const cases: [components: object, words: RegExp][] = [
      [
        { web: { start, after: ['app'] }, app: { start, after: ['db'] }, db: { start, after: ['web'] } },
        /boot\.components\.web\.after: .*web → app → db → web/,
      ],
      [{ app: { start, after: ['app'] } }, /app → app/],
      [{ app: { start, after: ['dp'] }, db: { start } }, /there is no component "dp"; did you mean db\?/],
      [{ app: { start, after: ['constructor'] } }, /there is no component "constructor"/],
      [{ app: {} }, /expected `start` or `ready`, or both/],
      [{ app: { ready: { tcp: '127.0.0.1:1', unit: 'a.service' } } }, /expected one of `command`, `http`, `tcp` and `unit`; got `tcp` and `unit`/], // prettier-ignore
      [{ app: { ready: { tcp: '127.0.0.1:99999' } } }, /expected a port from 1 to 65535/],
      [{ app: { start, timeout: '20h', retries: 3 } }, /must together be below 1d/],
      [{}, /expected at least one component/],
    ];
    for (const [components, words] of cases) {
      write(components);
      const { status, stderr } = await run();
      assert.equal(status, 2, stderr);
      assert.match(stderr, words);
    }
    assert.ok(!existsSync(join(work, 'started')));
  });

  test('a dry run shows the order and starts nothing; without `boot` in the configuration there is nothing to start', async (t) => {
    const { run, write, work, boot, folder } = makeBoot(t, { none: { start: ['true'] } });
    const start = sh(`touch ${work}/started`);
    write({ app: { start, after: ['db', 'cache'], retries: 2 }, db: { start, ready: { tcp: 'localhost:5432' } }, cache: { ready: { unit: 'redis.service' } } }); // prettier-ignore
    const { status, stdout } = await run('--dry-run');
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^would start.*\n {2}1 {2}db .*ready: tcp localhost:5432\n {2}1 {2}cache .*start: none; ready: unit redis\.service\n {2}2 {2}app {2,}after db, cache {2}at most 1m, 2 retries .*ready: exit code 0\n$/,
    );
    assert.ok(!existsSync(join(work, 'started')) && !existsSync(boot));
    writeFileSync(join(folder, 'config.yaml'), '{}');
    const without = await run();
    assert.equal(without.status, 2);
    assert.match(without.stderr, /the configuration has no `boot`/);
  });

  test('a boot in a phase of a gate leaves its servers to the phases after it, and its metrics among the artifacts', async (t) => {
    const { folder, work } = makeBoot(t, { none: { start: ['true'] } });
    const config = join(folder, 'gate.yaml');
    const copy = join(folder, 'logs', 'alpha_gate', 'boot_metrics.prom');
    const boot = [process.execPath, join(root, 'dist', 'run-boot.cjs'), '--config', config, '--exit-code'];
    writeFileSync(
      config,
      JSON.stringify({
        files: { state: join(folder, 'state') },
        'gate-runs': {
          alpha: {
            folder: work,
            artifacts: join(folder, 'logs', 'alpha_gate'),
            phases: { boot: { command: boot }, use: { command: sh(`kill -0 $(cat ${work}/pid)`) } },
          },
        },
        boot: {
          components: { server: { start: sh(`sleep 100 >/dev/null 2>&1 & echo $! > ${work}/pid`) } },
          'copy-to': copy,
        },
      }),
    );
    const gate = [process.execPath, join(root, 'dist', 'run-gate.cjs'), '--config', config, '--exit-code'];
    const { status, stdout, stderr } = await runBeside(gate, environmentIn(folder));
    const server = Number(readText(join(work, 'pid')));
    t.after(() => killNow(server));
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.ok(isAlive(server));
    assert.match(readText(copy), /^boot_first_attempt_successes 1$/m);
  });

  test('hostile output reaches neither the summary nor the timeline, and the picture stays well-formed', async (t) => {
    const { run, write, summary, latest } = makeBoot(t, { none: { start: ['true'] } });
    write({
      noisy: { start: sh(`printf '\\033[2J\\007<script>&\\n'; head -c 40000000 /dev/zero | tr '\\0' '\\33'; exit 9`) },
      marked: { start: ['/nowhere/<b attr="x">&amp;\u{202E}'] },
    });
    const { stderr } = await run();
    assert.equal(outcomes(summary()), 'noisy failed, marked failed');
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    const control = /[\0-\u0009\u000B-\u001F\u007F-\u009F\u202E]/;
    for (const text of [stderr, latest('timeline.svg'), latest('timeline.txt'), latest('boot_metrics.prom')])
      assert.doesNotMatch(text, control);
    const svg = latest('timeline.svg');
    assert.doesNotMatch(svg, /<script|<b /);
    const elements = [...tagsOf(svg)].length;
    assert.ok(elements > 10, `${elements} elements`);
    assert.ok(latest('noisy.1.log').length < 17 * 1024 * 1024);
  });

  test('start commands that cannot be run, fork away, ignore SIGTERM or close their output end as they should, and leave nothing', async (t) => {
    const { run, write, work, summary } = makeBoot(t, { none: { start: ['true'] } });
    writeFileSync(join(work, 'text'), 'echo hello\n');
    const forked = (name: string) =>
      `(setsid sh -c 'setsid sh -c "echo \\$\\$ > ${work}/${name}; exec sleep 600" &' &) ; until [ -s ${work}/${name} ]; do sleep 0.05; done`;
    write({
      missing: { start: ['no-such-program-of-ours'] },
      text: { start: [join(work, 'text')] },
      folder: { start: [work] },
      forked: { start: sh(`${forked('forked')}; exit 3`) },
      zombie: { start: sh(`sh -c 'true & echo $$ > ${work}/zombie; exec sleep 600' & until [ -s ${work}/zombie ]; do sleep 0.05; done; exit 4`) },
      deaf: { start: sh(`trap '' TERM HUP INT; echo $$ > ${work}/deaf; while :; do sleep 1; done`), timeout: '1s' },
      silent: { start: sh('exec >&- 2>&-; sleep 1; exit 5') },
      waits: { ready: { command: sh(`${forked('waits')}; exec >&- 2>&-; sleep 0.1`) } },
    });
    await run();
    assert.deepEqual(reasons(summary()), [
      'its start command: no-such-program-of-ours was not found (exit code 127)',
      `its start command: ${work}/text may not be run (exit code 126)`,
      `its start command: ${work} may not be run (exit code 126)`,
      'its start command: exit code 3',
      'its start command: exit code 4',
      'its start command: ended at its time limit of 1s',
      'its start command: exit code 5',
      '',
    ]);
    for (const name of ['forked', 'zombie', 'deaf', 'waits'])
      await until(() => !isAlive(Number(readText(join(work, name)))));
  }); // prettier-ignore

  test('components whose names are no names are refused', async (t) => {
    const { run, write, boot } = makeBoot(t, { none: { start: ['true'] } });
    for (const name of ['..', 'a/b', '', 'größe', 'a\nb', '\u001B[31m', 'x'.repeat(65)]) {
      write({ [name]: { start: ['true'] } });
      const { status, stderr } = await run();
      assert.equal(status, 2, name);
      assert.match(stderr, /expected a name of letters, digits and _ \. @ : -, at most 64; got "/, name);
    }
    assert.ok(!existsSync(boot));
  });

  test('when a boot is ended or killed, the last complete result stands, what was started stays, and the unfinished start ends', async (t) => {
    const { run, begin, write, summary, boot, work } = makeBoot(t, { none: { start: ['true'] } });
    await run();
    const [before, history] = [readlinkSync(join(boot, 'latest')), readText(join(boot, 'history.jsonl'))];
    const port = await freePort();
    write({
      web: { start: serverIn(work, port), ready: { http: `http://127.0.0.1:${port}/` } },
      app: { start: sh('setsid sleep 976 & sleep 976'), after: ['web'] },
    });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      rmSync(join(work, 'pid'), { force: true });
      const sleeping = () => processesOf('sleep 976').length;
      const ended = await begin((pid) => {
        void until(() => sleeping() >= 2).finally(() => process.kill(pid, signal));
      });
      const server = Number(readText(join(work, 'pid')));
      t.after(() => killNow(server));
      assert.ok(ended.status === 143 || ended.signal === signal, ended.stderr);
      await until(() => sleeping() === 0);
      assert.ok(isAlive(server), `after ${signal} the server still runs`);
      killNow(server);
      await until(() => !isAlive(server));
      assert.equal(readlinkSync(join(boot, 'latest')), before);
      assert.equal(outcomes(summary()), 'none ready');
      assert.equal(readText(join(boot, 'history.jsonl')), history);
    }
    write({ again: { start: ['true'] } });
    assert.equal((await run()).status, 0);
    assert.equal(outcomes(summary()), 'again ready');
    assert.deepEqual(readdirSync(join(boot, 'runs')).filter((name) => name.endsWith('.unfinished')), []); // prettier-ignore
  });
});
