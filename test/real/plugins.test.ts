// Real programs of monitoring-plugins through all stages, right and failing, and programs that misbehave.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { end, freePort, root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { installPackages, unpackPackage } from './packages.ts';
import { collectOn, dataOf, itemOf, levelsIn, siteIn } from './stages.ts';

describe('plugins', () => {
  test('twelve programs of monitoring-plugins are judged by their exit codes, with their values', async (t) => {
    const folder = join(unpackPackage(t, 'monitoring-plugins-basic'), 'usr', 'lib', 'nagios', 'plugins');
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const rows: [name: string, command: string[], level: string][] = [
      ['disk', ['check_disk', '-w', '0%', '-c', '0%', '-p', '/'], 'green'],
      ['disk-full', ['check_disk', '-w', '100%', '-c', '100%', '-p', '/'], 'red'],
      ['disk-missing', ['check_disk', '-w', '0%', '-c', '0%', '-p', '/no/such/folder'], 'red'],
      ['load', ['check_load', '-w', '999', '-c', '999'], 'green'],
      ['load-wrong', ['check_load', '-w', 'x'], 'unknown'],
      ['procs', ['check_procs', '-w', '1:99999'], 'green'],
      ['procs-many', ['check_procs', '-w', '0:0', '-c', '0:99999'], 'amber'],
      ['users', ['check_users', '-w', '99', '-c', '100'], 'green'],
      ['swap-none', ['check_swap', '-w', '1%', '-c', '0%', '-n', 'ok'], 'green'],
      ['tcp', ['check_tcp', '-H', '127.0.0.1', '-p', String(address.port)], 'green'],
      ['tcp-closed', ['check_tcp', '-H', '127.0.0.1', '-p', '9'], 'red'],
      ['http-closed', ['check_http', '-H', '127.0.0.1', '-p', '9'], 'red'],
      ['ssh-closed', ['check_ssh', '-p', '9', '127.0.0.1'], 'red'],
      ['cluster', ['check_cluster', '-s', '-d', '0,1,2', '-w', '0', '-c', '5'], 'amber'],
      ['dummy-warns', ['check_dummy', '1', 'hello'], 'amber'],
      ['dummy', ['check_dummy', '3', 'nobody knows'], 'unknown'],
      ['time-closed', ['check_time', '-H', '127.0.0.1', '-p', '9'], 'unknown'],
      ['smtp-closed', ['check_smtp', '-H', '127.0.0.1', '-p', '9'], 'red'],
    ];
    const site = siteIn(
      temporaryFolder(t),
      [
        'plugins:',
        ...rows.map(
          ([name, [program = '', ...rest]]) => `  ${name}: ${JSON.stringify([join(folder, program), ...rest])}`,
        ),
        `  limited: { command: ["${folder}/check_procs"], limits: { procs: { amber: "@1:999999" } } }`,
      ].join('\n'),
    );
    const { snapshot } = collectOn(site);
    for (const stage of ['assess-health', 'write-report', 'append-zarr'])
      assert.equal(site.run(stage).status, 0, stage);
    const levels = levelsIn(readText(join(site.state, 'health', 'latest_health.json')));
    for (const [name, , level] of rows) {
      const { message } = dataOf(snapshot, 'plugins', name);
      assert.equal(levels[`plugin-result:${name}`], level, `${name}: ${String(message)}`);
    }
    assert.equal(levels['plugin-value:limited'], 'amber');

    const disk = dataOf(snapshot, 'plugins', 'disk') as { bytes: Record<string, number>; performance_problem?: string };
    assert.ok((disk.bytes['/'] ?? 0) > 1e6, JSON.stringify(disk));
    const { values } = dataOf(snapshot, 'plugins', 'load') as { values: Record<string, number> };
    assert.deepEqual(Object.keys(values), ['load1', 'load5', 'load15']);
    for (const [name] of rows) assert.equal(dataOf(snapshot, 'plugins', name)['performance_problem'], undefined, name);
    for (const variable of ['plugin_disk_bytes_root', 'plugin_load_values_load1', 'plugin_tcp_seconds_time'])
      assert.match(readText(join(site.state, 'ops_monitor.zarr', variable, 'zarr.json')), /"units"/, variable);
    assert.match(readText(join(site.state, 'health', 'latest_report.md')), /\| disk-full \| critical/);
    const explained = site.run('explain', 'plugin-result:disk-full');
    assert.equal(explained.status, 0, explained.stderr);
    assert.match(explained.stdout, /DISK CRITICAL/);
  });

  test('a Prometheus that died is red by the plugins of ops/docs/alertmanager.md, and an Alertmanager that answers is green', async (t) => {
    installPackages('curl');
    const page = readText(join(root, 'ops', 'docs', 'alertmanager.md'));
    const [, yaml = ''] = /```yaml\n(plugins:\n[^]*?)```/.exec(page) ?? [];
    const [alive, dead] = [await freePort(), await freePort()];
    const script = `require('node:http').createServer((_, reply) => reply.end('OK')).listen(${alive}, '127.0.0.1', () => console.log('up'))`;
    const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => end(server));
    await once(server.stdout, 'data');
    const site = siteIn(
      temporaryFolder(t),
      yaml.replaceAll('127.0.0.1:9090', `127.0.0.1:${dead}`).replaceAll('127.0.0.1:9093', `127.0.0.1:${alive}`),
    );
    const { snapshot } = collectOn(site);
    assert.equal(site.run('assess-health').status, 0);
    const levels = levelsIn(readText(join(site.state, 'health', 'latest_health.json')));
    assert.equal(levels['plugin-result:prometheus'], 'red');
    assert.match(String(dataOf(snapshot, 'plugins', 'prometheus')['message']), /connect/i);
    assert.equal(levels['plugin-result:alertmanager'], 'green');
    const { stdout } = site.run('explain', 'plugin-result:prometheus');
    assert.match(stdout, /\n {2}mailed +when red, by the rule red, also by Alertmanager\n/);
  });

  test('programs that misbehave are unknown, cost only their own reading, and put nothing raw into the report', (t) => {
    const scripts: Record<string, string> = {
      flood: 'yes | head -c 200000000',
      line: 'head -c 200000000 /dev/zero | tr "\\0" x',
      hangs: 'sleep 600',
      held: 'echo OK; sleep 600 & exit 0',
      killed: 'kill -9 $$',
      escape: 'printf "\\033[2J\\033]0;x\\007<b>|a=NaN b=inf c=U d=1;10;10:;~:10;10:20 e=2;@10:20\\n"; exit 2',
      ranges: 'echo "OK|a=1;10 b=1;10: c=1;~:10 d=1;10:20 e=1;@10:20 f=-1.5;-2.5:1.5"',
    };
    const plugins = Object.entries(scripts).map(
      ([name, script]) => `  ${name}: { command: [sh, -c, ${JSON.stringify(script)}], timeout: 3s }`,
    );
    const site = siteIn(temporaryFolder(t), ['plugins:', '  none: [no-such-plugin]', ...plugins].join('\n'));
    const { snapshot } = collectOn(site);
    for (const [name, reason] of [
      ['flood', /printed more than 65536 characters/],
      ['line', /printed more than 65536 characters/],
      ['hangs', /sh did not answer within 3s/],
      ['held', /sh did not answer within 3s/],
      ['killed', /was ended by SIGKILL/],
      ['none', /no-such-plugin is not installed/],
    ] as const) {
      const found = itemOf(snapshot, 'plugins', name);
      assert.ok(found.status === 'failed', `${name}: ${JSON.stringify(found).slice(0, 200)}`);
      assert.match(found.reason, reason);
    }
    const escape = dataOf(snapshot, 'plugins', 'escape');
    assert.deepEqual(escape['values'], { d: 1, e: 2 });
    assert.match(String(escape['performance_problem']), /"a" is no number: "NaN"/);
    assert.equal(Object.keys(dataOf(snapshot, 'plugins', 'ranges')['values'] as object).length, 6);

    assert.equal(site.run('assess-health').status, 0);
    assert.equal(site.run('write-report').status, 0);
    const levels = levelsIn(readText(join(site.state, 'health', 'latest_health.json')));
    for (const name of ['flood', 'line', 'hangs', 'held', 'killed', 'none'])
      assert.equal(levels[`plugin-result:${name}`], 'unknown', name);
    assert.equal(levels['plugin-result:escape'], 'red');
    const report = readText(join(site.state, 'health', 'latest_report.md'));
    assert.ok(!report.includes('\u001B') && !report.includes('<b>'), 'the report is harmless');
  });
});
