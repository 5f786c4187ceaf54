// watch-services --serve: the installed bundle, asked as Prometheus asks; and a helper that measures without a pause.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { pagesOf } from '../../lib/commands/serve-watchdog.ts';
import type { Latest } from '../../lib/watchdog/files.ts';
import { isWhole } from '../chance.ts';
import { environmentIn, freePort, root, runBundle } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const bundle = [join(root, 'dist', 'watch-services.cjs')];
const often = ['--import', 'tsx', join(root, 'test', 'watchdog', 'serve-often.ts')];

function makeSite(t: TestContext, found?: string) {
  const folder = temporaryFolder(t);
  // The folder tells this process from those of other tests.
  const service = found ?? `command-line: '*watch-services.cjs --config ${folder}/*'`;
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `files: { state: ${folder}/state }\nwatchdog: { services: { own: { ${service} } } }\n`);
  const env = environmentIn(folder);
  const holder = join(folder, 'state', 'locks', 'watch-services.holder');
  const start = async (program = bundle, path = env.PATH ?? '') => {
    const port = await freePort();
    const argv = [...program, '--config', config, '--serve', `127.0.0.1:${port}`];
    const child = spawn(process.execPath, argv, {
      env: { ...env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: root,
    });
    t.after(() => child.exitCode ?? child.signalCode ?? child.kill('SIGKILL'));
    const said = { stderr: '' };
    child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()));
    child.stdout.resume();
    await until(() => {
      assert.equal(child.exitCode, null, said.stderr);
      return said.stderr.includes('"stage":"watch-services"');
    });
    return {
      child,
      port,
      said,
      pid: child.pid ?? 0,
      runs: () => said.stderr.split('"stage":"watch-services"').length - 1,
    };
  };
  return {
    folder,
    config,
    env,
    holder,
    start,
    latest: () => JSON.parse(readText(join(folder, 'state/monitoring/watchdog/latest.json'))) as Latest,
  };
}

async function ask(port: number, path: string, host = `127.0.0.1:${port}`) {
  const sent = get({ host: '127.0.0.1', port, path, agent: false, headers: { host, 'accept-encoding': 'gzip' } });
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text;
  return { status: response.statusCode as number, type: response.headers['content-type'] as string, body };
}

const ageIn = (text: string): number => Number(/^ops_watchdog_measurement_age_seconds (\S+)$/m.exec(text)?.[1]);

async function terminate(child: ChildProcess): Promise<number> {
  const began = performance.now();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
  return performance.now() - began;
}

describe('watch-services --serve', () => {
  test('answers with what was measured and its age, writes the files, and ends at SIGTERM', async (t) => {
    const { start, latest, folder, holder } = makeSite(t);
    const { child, port, pid, said } = await start();
    assert.match(
      said.stderr,
      new RegExp(`^watch-services --serve: http://127\\.0\\.0\\.1:${port}/metrics and /healthz`, 'm'),
    );
    assert.doesNotMatch(said.stderr, /WARNING/);
    await until(async () => (await ask(port, '/healthz')).status === 200);
    const { status, type, body } = await ask(port, '/metrics');
    assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    assert.match(body, /^ops_watchdog_service_running\{service="own"\} 1$/m);
    assert.ok(ageIn(body) >= 0 && ageIn(body) < 60, body);
    assert.ok(body.startsWith(readText(join(folder, 'state', 'textfiles', 'watchdog.prom'))));
    assert.ok(latest().services['own']?.pids.includes(pid));
    assert.match((await ask(port, '/healthz')).body, /^measured .* ago\n$/);
    assert.equal((await ask(port, '/other')).status, 404);
    assert.equal((await ask(port, '/metrics', 'evil.example:80')).status, 421);
    assert.ok(existsSync(holder));
    const ms = await terminate(child);
    assert.ok(ms < 5000, `${ms} ms`);
    assert.ok(!existsSync(holder), 'the note of the lock is left');
  });

  test('while it runs, neither another one nor a single run begins; after a kill both may', async (t) => {
    const { start, config, env, holder } = makeSite(t);
    const { child } = await start();
    for (const more of [['--serve', `127.0.0.1:${await freePort()}`], []]) {
      const { status, stderr } = runBundle('watch-services', ['--config', config, ...more], env);
      assert.equal(status, 75, stderr);
      assert.match(stderr, new RegExp(`watch-services is already running: process ${child.pid}, since `));
    }
    assert.equal(runBundle('watch-services', ['--config', config, '--dry-run'], env).status, 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(existsSync(holder));
    assert.equal(runBundle('watch-services', ['--config', config], env).status, 0);
    assert.ok(!existsSync(holder));
    const again = await start();
    await terminate(again.child);
  });

  test('a port that is taken, an address of nobody and a wrong address are refused with a word of advice', async (t) => {
    const { config, env, holder } = makeSite(t);
    const refused = (address: string, ...more: string[]) => {
      const { status, stderr } = runBundle('watch-services', ['--config', config, '--serve', address, ...more], env);
      assert.notEqual(status, 0, address);
      assert.ok(!existsSync(holder));
      return stderr;
    };
    // Whether by this test or by a node-exporter: it is taken.
    const server = createServer().listen(9100, '127.0.0.1');
    await Promise.race([once(server, 'listening'), once(server, 'error').catch(() => undefined)]).catch(
      () => undefined,
    );
    t.after(() => server.close());
    assert.match(
      refused('127.0.0.1:9100'),
      /127\.0\.0\.1:9100 is in use, perhaps by node-exporter, .* choose another port/,
    );
    assert.match(refused('192.0.2.1:9101'), /this machine has no address 192\.0\.2\.1/);
    for (const wrong of ['9100', ':9100', 'example.org:9100', '127.0.0.1:99999', '127.0.0.1'])
      assert.match(refused(wrong), /is not ADDRESS:PORT, such as 127\.0\.0\.1:9100/, wrong);
    assert.match(refused('127.0.0.1:0', '--dry-run'), /cannot be a --dry-run/);
  });

  test('a run that hangs does not stop the answers, which show its age', async (t) => {
    const { start, folder } = makeSite(t, 'unit: api.service');
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'systemctl'),
      `#!/bin/sh\n[ ! -e ${folder}/hang ] || { : > ${folder}/hangs; exec sleep 1000; }\nprintf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\nConditionTimestamp=\\n'\n`,
      { mode: 0o755 },
    );
    const { port, child } = await start(often, `${bin}:${process.env['PATH']}`);
    await until(async () => (await ask(port, '/metrics')).body.includes('service_running{service="own"} 0'));
    writeFileSync(join(folder, 'hang'), '');
    await until(() => existsSync(join(folder, 'hangs')));
    const ages: number[] = [];
    for (let count = 0; count < 3; count++) {
      const { status, body } = await ask(port, '/metrics');
      assert.equal(status, 200);
      assert.match(body, /service_running\{service="own"\} 0/);
      ages.push(ageIn(body));
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.ok(
      ages.every((age, index) => index === 0 || age > (ages[index - 1] ?? Infinity)),
      ages.join(),
    );
    const ms = await terminate(child);
    assert.ok(ms < 5000, `${ms} ms`);
  });

  test('values that are older than two minutes are left out, and only their age is shown', async () => {
    const answer = async (age: number | undefined, problem = '') => {
      const pages = pagesOf(true, () => ({ text: 'x 1\n', age, problem }));
      const asked = (path: string) =>
        pages({ host: 'localhost:9100', path, query: new URLSearchParams(), accept: '' }, AbortSignal.timeout(1000));
      const [metrics, health] = [await asked('/metrics'), await asked('/healthz')];
      return [metrics.status, String(metrics.body), health.status, String(health.body)];
    };
    const [status, body, health, words] = await answer(119);
    assert.deepEqual([status, health, words], [200, 200, 'measured 1m 59s ago\n']);
    assert.match(String(body), /^x 1\n# HELP .*\n.*\nops_watchdog_measurement_age_seconds 119\n$/);
    const [, stale, ill, why] = await answer(300, 'no systemctl');
    assert.match(String(stale), /^# HELP .*\n.*\nops_watchdog_measurement_age_seconds 300\n$/);
    assert.deepEqual([ill, why], [503, 'measured 5m ago; the last run failed: no systemctl\n']);
    assert.deepEqual(await answer(undefined, 'not yet'), [
      503,
      'not yet\n',
      503,
      'nothing is measured yet; the last run failed: not yet\n',
    ]);
  });

  test('its memory does not grow from run to run', async (t) => {
    const most = isWhole ? 500 : 150;
    const { start } = makeSite(t, "command-line: '*serve-often*'");
    const { child, said } = await start(['--expose-gc', ...often]);
    const seen = (): number[] =>
      [...said.stderr.matchAll(/^after \d+ runs: (\d+) bytes$/gm)].map((match) => Number(match[1]) / 1e6);
    for (let count = 1; count * 50 <= most; count++) await until(() => seen().length >= count);
    t.diagnostic(
      `MB in use after each 50 runs: ${seen()
        .map((mb) => mb.toFixed(1))
        .join(' ')}`,
    );
    const [first = 0] = seen();
    assert.ok(first > 1 && (seen().at(-1) ?? Infinity) < first + 2, seen().join(' '));
    await terminate(child);
  });
});
