// A configuration that breaks while the monitor runs: what tells people goes on with the last good one, and says so.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { StageRecord } from '../../lib/contract/record.ts';
import { serveHttp } from '../http.ts';
import { environmentIn, root, runBeside, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const hosts = join(root, 'test', 'hosts', 'healthy');

async function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  const watchdog = await serveHttp(t, () => ({ status: 200 }));
  const good = [
    `hosts: { local: { folder: ${hosts} } }`,
    `files: { state: ${state} }`,
    'filesystems: { data: / }',
    'alerts: { to: [ops@example.org], transport: smtp }',
    'heartbeat: { url: $OPS_HEARTBEAT_URL }',
  ].join('\n');
  const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config, OPS_HEARTBEAT_URL: `${watchdog.url}/ping` };
  const run = (command: string, ...argv: string[]) =>
    runBeside([process.execPath, join(root, 'dist', `${command}.cjs`), ...argv], env);
  const write = (text: string): void => {
    rmSync(config, { recursive: true, force: true });
    writeFileSync(config, text);
  };
  write(good);
  return {
    folder,
    config,
    state,
    good,
    write,
    env,
    run,
    asked: watchdog.asked,
    record: (stage: string) => JSON.parse(readText(join(state, 'stages', `${stage}.json`))) as StageRecord,
    report: () => readText(join(state, 'health', 'latest_report.md')),
    mails: () => {
      const outbox = join(state, 'alerts', 'outbox');
      const names = existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith('.json')) : [];
      return names.map((name) => readText(join(outbox, name)));
    },
  };
}

describe('cycle/broken-configuration', () => {
  test('alerts, report and heartbeat go on with the last good one and say so; every other stage leaves a red record', async (t) => {
    const site = await makeSite(t);
    for (const stage of ['collect-snapshot', 'assess-health', 'write-report', 'append-zarr', 'send-alerts'])
      assert.equal((await site.run(stage)).status, 0, stage);
    await site.run('confirm-cycle');
    assert.equal(site.mails().length, 0, 'a healthy site sends mails');
    site.write(`${site.good}\nintervall: 5m\n`);
    const reason = /the configuration is broken: .*config\.yaml:6:1: unknown key intervall/;
    for (const stage of ['collect-snapshot', 'assess-health', 'append-zarr', 'thermal-heartbeat']) {
      const { status, stderr } = await site.run(stage);
      assert.equal(status, 2, stage);
      assert.match(stderr, /the configuration is wrong in 1 place/);
      const { outcome, exit_code, problems, last_success_at } = site.record(stage);
      assert.deepEqual([outcome, exit_code], ['failed', 2], stage);
      assert.match(problems.at(-1) ?? '', reason);
      assert.equal(last_success_at === undefined, stage === 'thermal-heartbeat', 'the last success is forgotten');
    }
    for (const stage of ['write-report', 'send-alerts', 'confirm-cycle']) {
      const { status, stderr } = await site.run(stage);
      assert.equal(status, 0, `${stage}: ${stderr}`);
      assert.match(site.record(stage).problems[0] ?? '', reason, stage);
    }
    assert.match(site.report().split('\n')[0] ?? '', /broken: .*intervall/);
    const mails = site.mails().join('\n');
    assert.match(mails, /stage:collect-snapshot/);
    assert.match(mails, /the configuration is broken/);
    assert.match(mails.replaceAll('=\\r\\n', ''), /clears +when ops-monitor check-config finds no mistake/);
    const beat = site.asked.at(-1);
    assert.equal(beat?.path, '/ping/fail');
    assert.match(beat?.body ?? '', /^local on [^:]+: the configuration is broken: /);
    const explained = await site.run('explain', 'filesystem-usage:data');
    assert.equal(explained.status, 2, explained.stdout);

    site.write(site.good);
    for (const stage of ['collect-snapshot', 'assess-health', 'write-report']) {
      assert.equal((await site.run(stage)).status, 0, stage);
      assert.equal(site.record(stage).outcome, 'ok');
    }
    assert.match(site.report(), /^# Operations report/);
  });

  test('whatever breaks the configuration, the cycle of cron is red', async (t) => {
    const site = await makeSite(t);
    const kinds: Record<string, () => void> = {
      'an unknown key': () => site.write(`${site.good}\nhost: {}\n`),
      'no YAML': () => site.write(`${site.good}\n  - [\n`),
      'a wrong type': () => site.write(`${site.good}\nsite: [a]\n`),
      'a contradiction': () => site.write(`${site.good}\nlimits: { filesystem: { amber: 95%, red: 90% } }\n`),
      'an unknown host': () => site.write(`${site.good}\nstreams: { a: { root: /x, host: nowhere } }\n`),
      'no text': () => site.write(`${site.good}\0`),
      'a second document': () => site.write(`${site.good}\n---\nsite: b\n`),
      'a folder': () => {
        rmSync(site.config, { force: true });
        mkdirSync(site.config);
      },
      'no file': () => rmSync(site.config, { recursive: true }),
      'a link to nowhere': () => (rmSync(site.config), symlinkSync(join(site.folder, 'gone.yaml'), site.config)),
    };
    assert.ok(Object.keys(kinds).length >= 10);
    for (const [kind, breakIt] of Object.entries(kinds)) {
      site.write(site.good);
      assert.equal((await site.run('run-cycle', '--quiet', '--only', 'cycle')).status, 0, kind);
      breakIt();
      const { status, stderr } = await site.run('run-cycle', '--quiet', '--only', 'cycle');
      assert.equal(status, 2, `${kind}: ${stderr}`);
      for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(site.record(stage).exit_code, 2, kind);
      assert.match(site.report().split('\n')[0] ?? '', /configuration is broken: /, kind);
      assert.equal(site.asked.at(-1)?.path, '/ping/fail', kind);
      assert.match(site.asked.at(-1)?.body ?? '', /the configuration is broken: /, kind);
    }
  });

  test('without a last good one a stage leaves its record in the default folder, and a file that is only tried leaves none', (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'intervall: 5m\n');
    const record = join(folder, 'xdg', 'ops-monitor', 'stages', 'send-alerts.json');
    assert.equal(runBundle('send-alerts', ['--config', config], environmentIn(folder)).status, 2);
    assert.ok(!existsSync(record), 'a file that is tried by hand makes the site red');
    const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config };
    assert.equal(runBundle('send-alerts', ['--dry-run'], env).status, 2);
    assert.ok(!existsSync(record), 'a dry run writes');
    assert.equal(runBundle('send-alerts', [], env).status, 2);
    assert.equal((JSON.parse(readText(record)) as StageRecord).outcome, 'failed');
  });
});
