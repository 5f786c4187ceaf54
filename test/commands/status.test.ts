// ops-monitor status, as a person at a terminal and a script see it.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { serveHttp } from '../http.ts';
import { environmentIn, root, runBeside, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { makeSite } from './site.ts';

const alerts = 'alerts: { to: [ops@example.org], transport: smtp, rules: { red: { red-for: 0s } } }';

/** Every file with its size and time. */
const everythingIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('cache') && !name.includes('/cache'))
    .map((name) => `${name} ${statSync(join(folder, name)).size} ${statSync(join(folder, name)).mtimeMs}`)
    .sort();

describe('commands/status', () => {
  test('shows on one screen what is not green, alerts, silences, mail, stages and disk, and changes nothing', (t) => {
    const { run, state } = makeSite(t, 'sick', alerts);
    run('run-cycle');
    run('silence', 'storage:data', '--for', '4h', '--reason', 'moving files');
    mkdirSync(join(state, 'monitoring', 'gates'), { recursive: true });
    writeFileSync(join(state, 'monitoring', 'gates', 'output'), 'x'.repeat(2_000_000));
    const before = everythingIn(state);
    const { status, stdout, stderr } = run('status');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^aurora on vm, .* UTC\n● RED {2}snapshot \d+s ago {2}\d+ red, /);
    assert.match(
      stdout,
      /\n {2}red {6}\/data is 97 % full, 14\.3 GB left \(red from 90 %\) {2}filesystem-usage:data\n/,
    );
    assert.match(stdout, / {2}why: \S.* explain filesystem-usage:data\n/);
    assert.match(
      stdout,
      /\nAlerts\n {2}storage:root +for \d+s +the mail waits\n {2}storage:data +for \d+s +silenced\n/,
    );
    assert.match(stdout, /\nSilenced\n {2}silence of storage:data by \S+ until .* UTC: moving files\n/);
    assert.match(stdout, /\nMail\n {2}1 waiting, the oldest for \d+s\n/);
    assert.match(stdout, /\n +last run +took +every\n(.*\n)* {2}collect-snapshot +ok +\d+s ago +\S+ +5m\n/);
    assert.match(stdout, /\n {2}append-zarr +ok +\d+s ago +\S+ +1h\n/);
    assert.match(stdout, /\nDisk\n.* of our own; .* are free there\n.*, results of host tools 2 MB\n/);
    assert.ok(stdout.split('\n').length <= 60, stdout);
    assert.deepEqual(everythingIn(state), before);
  });

  test('says of a pending alert when it fires, and of an acknowledged one that it is, before send-alerts runs again', (t) => {
    const { run } = makeSite(t, 'sick', 'alerts: { to: [ops@example.org], transport: smtp }');
    run('run-cycle');
    const { stdout } = run('status');
    assert.match(stdout, /\n {2}probe:mount\.workspace +for \S+ +fires when it has lasted 1h\n/);
    assert.match(stdout, /\n {2}storage:data +for \S+ +the mail waits\n/);
    assert.equal(run('ack', 'storage:data', '--reason', 'moving files').status, 0);
    const after = run('status').stdout;
    assert.match(after, /\n {2}storage:data +for \S+ +acknowledged\n/);
  });

  test('says that Alertmanager was told where no mail is written, and that nobody was where it is dead', async (t) => {
    let isUp = true;
    const { url, asked } = await serveHttp(t, () => ({ status: isUp ? 200 : 503 }));
    const { run, env } = makeSite(t, 'sick', `alerts: { alertmanager: { urls: ["${url}"] } }`);
    for (const stage of ['collect-snapshot', 'assess-health']) run(stage);
    const sendAlerts = () => runBeside([process.execPath, join(root, 'dist', 'send-alerts.cjs')], env);
    await sendAlerts();
    assert.ok(asked.length > 0);
    assert.match(run('status').stdout, /\n {2}storage:data +for \S+ +Alertmanager was told\n/);
    isUp = false;
    await sendAlerts();
    assert.match(run('status').stdout, /\n {2}storage:data +for \S+ +Alertmanager did not accept it\n/);
  });

  test('names the configuration that it was given in every command that it suggests', (t) => {
    const { run, folder, config } = makeSite(t, 'sick', alerts);
    run('run-cycle');
    const other = join(folder, 'other file.yaml');
    renameSync(config, other);
    const { stdout } = run('status', '--config', other);
    const suggested = stdout.split('\n').filter((line) => /^ +(why|known): /.test(line));
    assert.equal(suggested.length, 3, stdout);
    for (const line of suggested) assert.ok(line.endsWith(` --config '${other}'`), line);
  });

  test('says once why the last assessment no longer holds, and lists what was not green then', (t) => {
    const { run, config } = makeSite(t, 'sick');
    run('run-cycle');
    const text = readText(config);
    writeFileSync(config, text.replace('site: aurora', 'site: borealis'));
    const other = run('status').stdout;
    assert.match(
      other,
      /\n● UNKNOWN .*\n {2}the last assessment is of the site aurora, and this is borealis: the next cycle assesses it \(one runs every 5m\)\n\nNot green at the last assessment, .* UTC\n {2}red {6}\/data is 97 % full/,
    );
    assert.equal(other.split('is of the site aurora').length, 2);
    const { status, stderr } = run('explain', 'stream-age:new');
    assert.deepEqual(
      [status, /no observation "stream-age:new" in .* \(the last assessment is of/.test(stderr)],
      [2, true],
    );
    writeFileSync(config, text);
    run('status');
    writeFileSync(config, `${text}\nsight: wrong\n`);
    run('assess-health');
    const broken = run('status').stdout;
    assert.match(broken, /\n● UNKNOWN .*\n {2}assess-health failed at \S+: the configuration is broken: .*sight/);
    assert.equal(broken.split('assess-health failed at').length, 2);
    assert.match(broken, /\nNot green at the last assessment, .* UTC\n {2}red {6}\/data is 97 % full/);
  });

  test('cuts nothing where it is not written to a terminal', (t) => {
    const { run } = makeSite(t, 'sick');
    run('run-cycle');
    const { stdout } = run('status');
    const line = stdout.split('\n').find((one) => one.includes('timer-overdue:hatpro-sync.timer')) ?? '';
    assert.match(
      line,
      /^ {2}red {6}hatpro-sync\.timer should have run .* \(red above 1m\) {2}timer-overdue:hatpro-sync\.timer$/,
    );
    assert.ok(line.length > 120, line);
  });

  test('--exit-code exits as Nagios counts levels, and --json has all of it', (t) => {
    const { run } = makeSite(t, 'sick', alerts);
    run('run-cycle');
    assert.equal(run('status', '--exit-code').status, 2);
    const shown = JSON.parse(run('status', '--json').stdout) as Record<string, object>;
    for (const key of ['health', 'alerts', 'stages', 'outbox', 'disk', 'quiet']) assert.ok(shown[key], key);
    assert.doesNotMatch(JSON.stringify(shown), /ops@example\.org/);
  });

  test('says what is missing: before the first cycle, after a long silence, and with a broken configuration', (t) => {
    const { run, state, config } = makeSite(t, 'healthy');
    assert.match(run('status').stdout, /● UNKNOWN {2}nothing has been assessed here yet: \S.* run-cycle/);
    assert.equal(run('status', '--exit-code').status, 3);
    run('run-cycle');
    assert.match(run('status').stdout, /● RED/);
    const health = join(state, 'health', 'latest_health.json');
    writeFileSync(health, '{"torn');
    const torn = run('status').stdout.replaceAll(/\n {4,}/g, ' ');
    assert.match(torn, /● UNKNOWN {2}the last assessment cannot be read: \S.* run-cycle/);
    assert.match(torn, /The monitor itself\n {2}the last assessment: .*latest_health\.json is not JSON/);
    assert.equal(run('status', '--exit-code').status, 3);
    run('run-cycle');
    writeFileSync(config, 'sight: wrong\n');
    const broken = run('status').stdout;
    assert.match(broken, /The monitor itself\n {2}the configuration is broken: /);
    assert.match(broken, /● RED/);
  });

  test('a stage that failed is named with its reason and the command to run it', (t) => {
    const gates = "gate-runs: { alpha: { folder: /tmp, phases: { one: { command: ['true'] } } } }";
    const { run, state } = makeSite(t, undefined, gates);
    run('run-cycle');
    rmSync(join(state, 'health', 'latest_report.md'));
    mkdirSync(join(state, 'health', 'latest_report.md'));
    run('write-report');
    const { stdout } = run('status');
    assert.match(stdout, /\n {2}write-report +failed +\d+s ago /);
    assert.match(stdout, /\n {2}write-report: .*writing\s+\//);
    assert.match(stdout, / write-report\n {2}journalctl -u 'ops-monitor@write-report'/);
    // What acts is not proposed to be done again, and nothing of a unit that is not there.
    const record = JSON.parse(readText(join(state, 'stages', 'write-report.json'))) as object;
    const leave = (stage: string): void =>
      writeFileSync(join(state, 'stages', `${stage}.json`), JSON.stringify({ ...record, stage }));
    leave('run-gate@alpha');
    leave('run-gate@aaa-no-longer-configured');
    const { stdout: gate } = run('status');
    assert.match(gate, / run-gate alpha --dry-run\n/);
    assert.doesNotMatch(gate, /no-longer-configured/);
    assert.doesNotMatch(gate, /journalctl/);
  });

  test('in a pipe no line is cut', (t) => {
    const { run } = makeSite(t);
    run('run-cycle');
    const reason = `moving files, ${'x'.repeat(80)}, until tomorrow`;
    run('silence', 'storage:data', '--for', '4h', '--reason', reason);
    assert.ok(run('status').stdout.includes(`: ${reason}\n`), run('status').stdout);
  });

  test('--watch needs a terminal', (t) => {
    const folder = temporaryFolder(t);
    const { status, stderr } = runBundle('ops-monitor', ['status', '--watch'], environmentIn(folder));
    assert.deepEqual([status, /needs a terminal/.test(stderr)], [2, true]);
  });
});
