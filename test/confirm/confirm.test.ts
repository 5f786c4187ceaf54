// confirm-cycle as a process, with a watchdog that is a real server on this machine.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { HeartbeatRecord } from '../../lib/confirm/files.ts';
import { type Asked, serveHttp } from '../http.ts';
import { environmentIn, listen, root, runBeside } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const token = '5d1e3f9a-token-2b7c';
const hourly = ['append-zarr', 'draw-quicklooks', 'build-dashboard'];
const stages = ['collect-snapshot', 'assess-health', 'write-report', ...hourly, 'send-alerts'];

/** A watchdog that records its requests and gives one answer to all of them. */
async function startWatchdog(t: TestContext, status = 200, says = '{"ok":true}') {
  const { url: base, asked: pings } = await serveHttp(t, (path) => ({
    status,
    body: says === '' ? '' : `${says} ${path}`,
  }));
  return { base, pings };
}

/** A server that accepts a connection, sends `says` and then nothing; with null it hangs up. */
async function startBrokenServer(t: TestContext, says?: string | null): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    t.after(() => void socket.destroy());
    if (says === null) socket.destroy();
    else if (says !== undefined) socket.write(says);
  });
  return `http://127.0.0.1:${await listen(t, server)}`;
}

/** A site whose cycle has run, isolated from this machine's own configuration. */
async function siteOf(t: TestContext, style?: string) {
  const folder = temporaryFolder(t);
  const machine = join(root, 'test', 'hosts', 'healthy');
  const config = join(folder, 'config.yaml');
  const heartbeat = style === undefined ? '' : `heartbeat: { url: $OPS_HEARTBEAT_URL, style: ${style} }`;
  const text = `${readText(join(machine, 'config.yaml'))}\nhosts: { local: { folder: ${machine} } }\n${heartbeat}\n`;
  writeFileSync(config, text);
  const env = environmentIn(folder);
  const state = join(folder, 'xdg', 'ops-monitor');
  const run = async (stage: string, url?: string, ...argv: string[]) => {
    const { status, stdout, stderr } = await runBeside(
      [process.execPath, join(root, 'dist', `${stage}.cjs`), '--config', config, ...argv],
      url === undefined ? env : { ...env, OPS_HEARTBEAT_URL: url },
    );
    assert.ok(!stdout.includes(token) && !stderr.includes(token), 'the token is shown');
    return { status, stdout, stderr };
  };
  const confirm = async (url?: string, ...argv: string[]) => {
    const ended = await run('confirm-cycle', url, ...argv);
    assert.equal(ended.status, 0, ended.stderr);
    const problems = argv.includes('--dry-run')
      ? []
      : (JSON.parse(ended.stderr.trim()) as { problems: string[] }).problems;
    return { ...ended, problems };
  };
  for (const stage of stages) assert.equal((await run(stage)).status, 0, stage);
  return {
    folder,
    config,
    state,
    run,
    confirm,
    heartbeat: () => JSON.parse(readText(join(state, 'confirm', 'heartbeat.json'))) as HeartbeatRecord,
    metrics: () => readText(join(state, 'textfiles', 'ops_monitor_cycle.prom')),
    observation: async () => {
      await run('assess-health');
      const { observations } = JSON.parse(readText(join(state, 'health', 'latest_health.json'))) as {
        observations: { id: string; level: string; message: string }[];
      };
      return observations.find(({ id }) => id === 'heartbeat:outside');
    },
  };
}

function assertNoToken(folder: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length >= 20, `only ${files.length} files were looked at`);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    assert.ok(!readText(path).includes(token), `the token stands in ${path}`);
  }
}

/** Sets the modification time back, as if the cycle had stopped some time ago. */
function backdate(path: string, minutes: number): void {
  const then = Date.now() / 1000 - minutes * 60;
  utimesSync(path, then, then);
}

describe('confirm/confirm', () => {
  test('a complete cycle has nothing missing, and pings every kind of watchdog in its own protocol', async (t) => {
    const ways: Record<string, { path: string; check: (ping: Asked) => void }> = {
      healthchecks: {
        path: `/ping/${token}`,
        check: ({ method, path, headers, body }) => {
          assert.deepEqual([method, path], ['POST', `/ping/${token}`]);
          assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
          assert.match(body, /^aurora on \S+: all 7 stages did their work \(\d+ red, .* green\)$/);
        },
      },
      'uptime-kuma': {
        path: `/api/push/${token}?status=up&msg=OK&ping=`,
        check: ({ method, path, body }) => {
          const target = new URL(path, 'http://x');
          assert.deepEqual([method, target.pathname, body], ['GET', `/api/push/${token}`, '']);
          assert.equal(target.searchParams.get('status'), 'up');
          assert.match(target.searchParams.get('msg') ?? '', /^aurora on .* did their work \(.*\)$/);
          assert.ok(Number(target.searchParams.get('ping')) > 0);
        },
      },
      sentry: {
        path: `/api/1/cron/ops-monitor/${token}/`,
        check: ({ method, path, headers, body }) => {
          assert.deepEqual([method, path], ['POST', `/api/1/cron/ops-monitor/${token}/`]);
          assert.equal(headers['content-type'], 'application/json');
          const { status, check_in_id, monitor_config } = JSON.parse(body) as {
            status: string;
            check_in_id: string;
            monitor_config: object;
          };
          assert.equal(status, 'ok');
          assert.match(check_in_id, /^[0-9a-f]{32}$/);
          assert.deepEqual(monitor_config, {
            schedule: { type: 'interval', value: 5, unit: 'minute' },
            checkin_margin: 5,
            max_runtime: 5,
            timezone: 'Etc/UTC',
            failure_issue_threshold: 2,
            recovery_threshold: 1,
          });
        },
      },
      glitchtip: {
        path: `/api/0/organizations/a/heartbeat_check/${token}/`,
        check: ({ method, path, body }) =>
          assert.deepEqual([method, path, body], ['POST', `/api/0/organizations/a/heartbeat_check/${token}/`, '']),
      },
    };
    for (const [style, { path, check }] of Object.entries(ways)) {
      const site = await siteOf(t, style);
      // Sentry answers a check-in with nothing.
      const { base, pings } = await startWatchdog(t, 200, style === 'sentry' ? '' : '{"ok":true}');
      const { problems } = await site.confirm(base + path);
      assert.deepEqual(problems, [], style);
      assert.equal(pings.length, 1, style);
      check(pings[0] ?? assert.fail());
      const { outcome, told, tried_at, first_tried_at, accepted_at } = site.heartbeat();
      assert.deepEqual(
        [outcome, told, accepted_at, first_tried_at],
        ['accepted', 'success', tried_at, tried_at],
        style,
      );
      assert.match(site.metrics(), /^ops_monitor_cycle_missing 0$/m);
      assert.match(
        site.metrics(),
        /^ops_monitor_heartbeat_accepted_timestamp_seconds \d+/m,
        'with the ping of this run',
      );
      assert.equal(statSync(join(site.state, 'confirm', 'heartbeat.json')).mode & 0o777, 0o644);
      assert.equal((await site.observation())?.level, 'green', style);
      assertNoToken(site.folder);
    }
  });

  test('a stale or missing file or stage is named in a failure ping, and the run itself succeeds', async (t) => {
    const site = await siteOf(t, 'healthchecks');
    const { base, pings } = await startWatchdog(t);
    const url = `${base}/ping/${token}`;
    const pingAgain = async (): Promise<Asked> => {
      pings.length = 0;
      await site.confirm(url);
      return pings[0] ?? assert.fail('the watchdog was not pinged');
    };
    backdate(join(site.state, 'health', 'latest_report.md'), 11);
    assert.equal((await pingAgain()).path, `/ping/${token}/fail`);
    assert.match((await pingAgain()).body, /^aurora on \S+: latest_report\.md is 11m( \d+s)? old$/);
    assert.equal(site.heartbeat().told, 'failure');
    assert.match(site.metrics(), /^ops_monitor_cycle_missing 1$/m);

    // The archive's age is that of its root, not of its folder; files written only on change are not checked.
    backdate(join(site.state, 'ops_monitor.zarr', 'zarr.json'), 50);
    rmSync(join(site.state, 'alerts'), { recursive: true, force: true });
    assert.match(
      (await pingAgain()).body,
      /: latest_report\.md is 11m( \d+s)? old$/,
      'the archive is written every hour',
    );
    backdate(join(site.state, 'ops_monitor.zarr', 'zarr.json'), 240);
    assert.match((await pingAgain()).body, /: latest_report\.md is 11m( \d+s)? old, ops_monitor\.zarr is 4h old$/);

    // A stage that failed to write its file has said so in its record.
    rmSync(join(site.state, 'health', 'latest_report.md'));
    mkdirSync(join(site.state, 'health', 'latest_report.md'));
    assert.equal((await site.run('write-report')).status, 1);
    const { body } = await pingAgain();
    assert.match(body, /: write-report failed: writing .*latest_report\.md failed.*, ops_monitor\.zarr is 4h old$/);

    rmSync(join(site.state, 'stages', 'append-zarr.json'));
    assert.match((await pingAgain()).body, /append-zarr left no record of a run$/);
    const asked = await site.confirm(url, '--json');
    const { missing, stages: looked } = JSON.parse(asked.stdout) as {
      missing: string[];
      stages: { files: object[] }[];
    };
    assert.equal(missing.length, 2);
    assert.equal(looked.length, 7);
    assert.ok(looked.flatMap(({ files }) => files).length >= 9);
  });

  test('a stage that is killed in every run is missing, although its last record is a success', async (t) => {
    const site = await siteOf(t, 'healthchecks');
    const { base, pings } = await startWatchdog(t);
    const ranBefore = (stage: string, seconds: number): void => {
      const path = join(site.state, 'stages', `${stage}.json`);
      const started_at = new Date(Date.now() - seconds * 1000).toISOString();
      writeFileSync(path, JSON.stringify({ ...(JSON.parse(readText(path)) as object), started_at }));
    };
    ranBefore('write-report', 910);
    ranBefore('append-zarr', 50 * 60);
    await site.confirm(`${base}/ping/${token}`);
    assert.match(pings[0]?.body ?? '', /: write-report last ran 15m( \d+s)? ago$/);
    ranBefore('append-zarr', 4 * 3600 + 60);
    await site.confirm(`${base}/ping/${token}`);
    assert.match(pings[1]?.body ?? '', /: write-report last ran 15m( \d+s)? ago, append-zarr last ran 4h 1m ago$/);
  });

  test('yesterday’s daily file counts just after midnight, that of the day before yesterday does not', async (t) => {
    const site = await siteOf(t);
    const raw = join(site.state, 'raw');
    const today = readdirSync(raw).find((name) => name.endsWith('.jsonl')) ?? assert.fail();
    const day = (days: number) =>
      new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const text = readText(join(raw, today));
    rmSync(join(raw, today));
    writeFileSync(join(raw, `ops_monitor_${day(1)}.jsonl`), text);
    assert.deepEqual((await site.confirm()).problems, []);
    rmSync(join(raw, `ops_monitor_${day(1)}.jsonl`));
    writeFileSync(join(raw, `ops_monitor_${day(2)}.jsonl`), text);
    assert.deepEqual((await site.confirm()).problems, [`ops_monitor_${day(0)}.jsonl does not exist`]);
  });

  test('a refused or unsent heartbeat is recorded with its reason, and keeps the time of the last accepted one', async (t) => {
    const site = await siteOf(t, 'uptime-kuma');
    const path = `/api/push/${token}`;
    const good = await startWatchdog(t);
    const never = await site.confirm(`${(await startWatchdog(t, 404)).base}${path}`);
    assert.deepEqual(never.problems, ['the heartbeat (uptime-kuma) was refused: it answered 404']);
    assert.equal(site.heartbeat().accepted_at, undefined);
    const first = site.heartbeat().first_tried_at;
    assert.equal((await site.observation())?.level, 'amber');

    await site.confirm(good.base + path);
    const { accepted_at } = site.heartbeat();
    assert.ok(accepted_at !== undefined && first < accepted_at);
    // A heartbeat that was never sent is not recorded as refused.
    const unsent: [url: string | undefined, says: RegExp][] = [
      [`not a url of ${token}`, /^the heartbeat address is not a URL$/],
      [undefined, /^OPS_HEARTBEAT_URL is not set/],
    ];
    const bad: typeof unsent = [
      [`${(await startWatchdog(t, 404)).base}${path}`, /^it answered 404($|: the key, the project)/],
      [`${(await startWatchdog(t, 500, '{"ok":false}')).base}${path}`, /^it answered 500$/],
      [`${(await startWatchdog(t, 200, '<html>log in</html>')).base}${path}`, /^the answer is not from Uptime Kuma$/],
      [`${await startBrokenServer(t, `garbage ${token}\r\n\r\n`)}${path}`, /Parse Error/],
      [`http://127.0.0.1:9${path}`, /ECONNREFUSED/],
      [`file:///etc/${token}`, /^the address is not an http or https URL$/],
      ...unsent,
    ];
    for (const [url, says] of bad) {
      const { problems } = await site.confirm(url);
      const { outcome, words, accepted_at: kept, first_tried_at } = site.heartbeat();
      const isSent = unsent.every(([one]) => one !== url);
      assert.equal(outcome, isSent ? 'refused' : 'unsent', url);
      assert.match(words, says);
      assert.deepEqual(problems, [`the heartbeat (uptime-kuma) was ${isSent ? 'refused' : 'not sent'}: ${words}`]);
      assert.deepEqual([kept, first_tried_at], [accepted_at, first]);
    }
    assert.equal((await site.observation())?.level, 'green', 'the limit is 20 minutes');
    assertNoToken(site.folder);
  });

  test('every kind of watchdog refuses by an error status, a redirect or a broken answer', async (t) => {
    for (const style of ['healthchecks', 'sentry', 'glitchtip']) {
      const site = await siteOf(t, style);
      const answers: [base: string, says: RegExp][] = [
        [(await startWatchdog(t, 404)).base, /^it answered 404($|: the key, the project)/],
        [(await startWatchdog(t, 500)).base, /^it answered 500$/],
        [(await startWatchdog(t, 302)).base, /^it answered 302$/],
        [await startBrokenServer(t, `HTTP/1.1 garbage ${token}\r\n\r\n`), /Parse Error/],
        [await startBrokenServer(t, null), /./],
      ];
      for (const [base, says] of answers) {
        await site.confirm(`${base}/ping/${token}`);
        assert.equal(site.heartbeat().outcome, 'refused', style);
        assert.match(site.heartbeat().words, says);
      }
      assertNoToken(site.folder);
    }
  });

  test('a watchdog that never answers times out after 10 s; the textfile is written before, the record after', async (t) => {
    const site = await siteOf(t, 'healthchecks');
    const url = `${await startBrokenServer(t)}/ping/${token}`;
    const began = performance.now();
    const running = site.confirm(url);
    const prom = join(site.state, 'textfiles', 'ops_monitor_cycle.prom');
    while (!existsSync(prom) && performance.now() - began < 8000)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(existsSync(prom), 'the textfile waits for the watchdog');
    await running;
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds >= 9.5 && seconds < 100, `${seconds} s`);
    assert.equal(site.heartbeat().words, 'no answer within 10 s');
  });

  test('a watchdog without a failure ping gets no ping while something is missing', async (t) => {
    const site = await siteOf(t, 'glitchtip');
    const { base, pings } = await startWatchdog(t);
    rmSync(join(site.state, 'health', 'latest_report.md'));
    const { problems } = await site.confirm(`${base}/${token}/`);
    assert.deepEqual(problems, ['latest_report.md does not exist']);
    assert.equal(pings.length, 0);
    assert.equal(site.heartbeat().outcome, 'withheld');
  });

  test('a site without a heartbeat records none and still writes the textfile', async (t) => {
    const site = await siteOf(t);
    const { problems } = await site.confirm();
    assert.deepEqual(problems, []);
    assert.ok(!existsSync(join(site.state, 'confirm')));
    assert.match(site.metrics(), /^ops_monitor_stage_success\{stage="send-alerts"\} 1$/m);
    assert.doesNotMatch(site.metrics(), /heartbeat/);
    assert.equal(await site.observation(), undefined);
  });

  test('--dry-run sends nothing, writes nothing and prints the ping it would send', async (t) => {
    const site = await siteOf(t, 'healthchecks');
    const { base, pings } = await startWatchdog(t);
    const { stdout, stderr } = await site.confirm(`${base}/ping/${token}`, '--dry-run', '--json');
    const { heartbeat } = JSON.parse(stdout) as { heartbeat: string };
    assert.match(
      heartbeat,
      /^would ping healthchecks: success: aurora on \S+: all 7 stages did their work \(\d+ red, .* green\)$/,
    );
    assert.match(stderr, /would write .*ops_monitor_cycle\.prom/);
    assert.equal(pings.length, 0);
    assert.ok(!existsSync(join(site.state, 'confirm')));
    assert.ok(!existsSync(join(site.state, 'textfiles', 'ops_monitor_cycle.prom')));
  });

  test('a torn heartbeat record is unknown until the next heartbeat', async (t) => {
    const site = await siteOf(t, 'healthchecks');
    const { base } = await startWatchdog(t);
    await site.confirm(`${base}/ping/${token}`);
    writeFileSync(join(site.state, 'confirm', 'heartbeat.json'), '{"schema_ver');
    assert.equal((await site.observation())?.level, 'unknown');
    await site.confirm(`${base}/ping/${token}`);
    assert.equal((await site.observation())?.level, 'green');
    const explained = await site.run('explain', undefined, 'heartbeat:outside');
    assert.equal(explained.status, 0, explained.stderr);
    assert.match(explained.stdout, /limit +20m, limits\.heartbeat\.amber\n +written +default \(4 intervals\)/);
    assert.match(explained.stdout, /runbook +\/.*\/ops\/runbooks\/heartbeat\.md/);
  });
});
