// Runs the bundled commands as processes, as a person or a unit does.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { root } from '../process.ts';
import { readText } from '../world.ts';
import { makeSite } from './site.ts';

const stages = ['collect-snapshot', 'assess-health', 'write-report'];

describe('commands', () => {
  test('each stage logs one JSON line with the run id of collect-snapshot, and prints nothing on standard output', (t) => {
    const { run } = makeSite(t);
    const runIds = new Set<unknown>();
    for (const stage of stages) {
      const { status, stdout, stderr } = run(stage);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, '');
      const line = JSON.parse(stderr) as Record<string, unknown>;
      assert.deepEqual(Object.keys(line), ['stage', 'run_id', 'outcome', 'ms', 'counts', 'problems']);
      assert.equal(line['stage'], stage);
      assert.match(String(line['run_id']), /^[0-9a-f]{32}$/);
      runIds.add(line['run_id']);
    }
    assert.equal(runIds.size, 1);
  });

  test('--json prints only the result on standard output', (t) => {
    const { run, snapshot } = makeSite(t);
    assert.deepEqual(JSON.parse(run('collect-snapshot', '--json').stdout), snapshot());
    const health = JSON.parse(run('assess-health', '--json').stdout) as { overall_level: string };
    // The level varies: the recorded certificate and clock age.
    assert.ok(['green', 'amber', 'red'].includes(health.overall_level));
    const report = JSON.parse(run('write-report', '--json').stdout) as { latest: string };
    assert.ok(existsSync(report.latest));
  });

  test('--dry-run prints what would be written where, and writes nothing', (t) => {
    const { run, state, folder } = makeSite(t);
    const { status, stderr } = run('collect-snapshot', '--dry-run');
    assert.equal(status, 0, stderr);
    for (const name of ['ops_monitor_', 'latest.json', 'last_readings.json'])
      assert.match(stderr, new RegExp(`would write .*${name}`));
    assert.ok(!existsSync(state), 'something was written');
    assert.deepEqual(readdirSync(folder).sort(), ['cache', 'config.yaml'], 'only the configuration was cached');
  });

  test('--help names the folder of the documents', (t) => {
    const [, folder = ''] = /Documents:\s+(\S+?)\.?$/m.exec(makeSite(t).run('--help').stdout) ?? [];
    assert.ok(existsSync(join(folder, 'alerts.md')), folder);
  });

  test('every command has a --help that exits 0', (t) => {
    const { run } = makeSite(t);
    const general = run('--help');
    assert.equal(general.status, 0);
    const commands = [...general.stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map((match) => match[1] ?? '');
    assert.ok(commands.length >= 7, general.stdout);
    for (const command of commands) {
      const { status, stdout } = run(command, '--help');
      assert.equal(status, 0, command);
      assert.match(stdout, new RegExp(`^Usage: ops-monitor ${command}`));
      // The demo has its own configuration, and `archive` has the option on each of its commands.
      if (command !== 'demo' && command !== 'archive') assert.match(stdout, /--config FILE/);
    }
    assert.match(run('assess-health', '--help').stdout, /--nagios +print a status line/);
  });

  test('`help COMMAND` prints the same as `COMMAND --help`', (t) => {
    const { run } = makeSite(t);
    for (const words of [['silence'], ['archive'], ['archive', 'at']]) {
      const { status, stdout } = run('help', ...words);
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^Usage: ops-monitor ${words.join(' ')} `));
      assert.equal(stdout, run(words[0] ?? '', ...words.slice(1), '--help').stdout);
    }
    assert.equal(run('archive', 'help', 'at').stdout, run('help', 'archive', 'at').stdout);
  });

  test('wrong usage and a wrong configuration exit 2 with a message, and write nothing', (t) => {
    const { run, state, folder } = makeSite(t);
    const wrong: [argv: string[], told: RegExp][] = [
      [['collect-snapshop'], /there is no command "collect-snapshop"; did you mean collect-snapshot\?/],
      [
        ['collect-snapshot', '--jsn'],
        /there is no option --jsn; did you mean --json\?\nTry: ops-monitor collect-snapshot --help/,
      ],
      [['collect-snapshot', '--json=yes'], /--json takes no value, and was given "yes"/],
      [['collect-snapshot', 'extra'], /expected options alone; got "extra"/],
      [['collect-snapshot', '--config='], /--config needs a value: --config FILE/],
      [
        ['collect-snapshot', '--config', '--json'],
        /--config needs a value, and --json looks like an option: --config FILE, or --config=--json/,
      ],
      [['collect-snapshot', '--config'], /--config needs a value: --config FILE/],
      [['check-config', '--config', 'a.yaml', '--config', 'b.yaml'], /--config is given twice/],
      [['check-config', 'a.yaml', 'b.yaml'], /expected one FILE; got "a\.yaml" and "b\.yaml"/],
      [['check-config', 'a.yaml', '--config', 'b.yaml'], /name one configuration: a\.yaml, or --config b\.yaml/],
      [['explain', 'filesystem-usage:/', 'host-load:host'], /expected one ID; got/],
      [['help', 'explian'], /there is no command "explian"; did you mean explain\?/],
      [['archive', 'help', 'exprot'], /there is no command "exprot"; did you mean export\?/],
      [
        ['collect-snapshot', '--config', join(folder, 'none.yaml')],
        /the configuration .*none\.yaml cannot be read: there is no such file/,
      ],
      [['assess-health', '--at', 'yesterday'], /--at "yesterday" is not a time/],
      [['explain'], /name one observation/],
      [['record-host'], /name one folder/],
    ];
    assert.ok(wrong.length >= 17);
    for (const [[command = '', ...argv], told] of wrong) {
      const { status, stderr, stdout } = run(command, ...argv);
      assert.equal(status, 2, `${command}: ${stderr}`);
      assert.match(stderr, told);
      assert.equal(stdout, '');
    }
    writeFileSync(join(folder, 'bad.yaml'), 'intervall: 5m\n');
    const { status, stderr } = run('collect-snapshot', '--config', join(folder, 'bad.yaml'));
    assert.equal(status, 2);
    assert.match(stderr, /the configuration is wrong in 1 place:[^]*did you mean interval/);
    assert.ok(!existsSync(join(state, 'raw')) && !existsSync(join(state, 'stages')), 'something was written');
  });

  test('a second run of a stage waits briefly for the lock, then exits 75', async (t) => {
    const { run, env, state } = makeSite(t);
    const script = `const { DatabaseSync } = require('node:sqlite'); const fs = require('fs'); fs.mkdirSync(${JSON.stringify(join(state, 'locks'))}, { recursive: true });
    const db = new DatabaseSync(${JSON.stringify(join(state, 'locks', 'collect-snapshot'))}); db.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    const { status, stderr } = run('collect-snapshot');
    assert.equal(status, 75, stderr);
    assert.match(stderr, /collect-snapshot is already running/);
    assert.equal(run('assess-health').status, 0, 'another stage has a lock of its own');
  });

  test('--nagios prints a status line and one line per finding, and exits 0 to 3, also after a failure', (t) => {
    const { run, folder } = makeSite(t, 'sick');
    const nothing = run('assess-health', '--nagios');
    assert.equal(nothing.status, 3);
    assert.match(
      nothing.stdout,
      /^OPS-MONITOR UNKNOWN - 1 unknown: no snapshot to judge: there is no snapshot yet \| green=0 amber=0 red=0 unknown=1\nunknown snapshot-age:snapshot: no snapshot to judge: there is no snapshot yet\n$/,
    );
    run('collect-snapshot');
    const sick = run('assess-health', '--nagios');
    assert.equal(sick.status, 2);
    const [line = '', ...all] = sick.stdout.trimEnd().split('\n');
    assert.match(line, /^OPS-MONITOR CRITICAL - \d+ red, [^|]*\| green=\d+ amber=\d+ red=\d+ unknown=\d+$/);
    assert.ok(line.length < 450, `${line.length} characters`);
    assert.ok(all.length > 20 && all.every((one) => /^(red|unknown|amber) [\w-]+:.+: /.test(one)), sick.stdout);
    writeFileSync(join(folder, 'bad.yaml'), 'x: 1\n');
    const wrong = run('assess-health', '--nagios', '--config', join(folder, 'bad.yaml'));
    assert.equal(wrong.status, 3);
    assert.match(wrong.stdout, /^OPS-MONITOR UNKNOWN - the configuration is wrong/);
  });

  test('assess-health --at is reproducible, turns a stale snapshot unknown, and leaves the textfile', (t) => {
    const { run, state, snapshot, health: healthNow } = makeSite(t, 'healthy', 'interval: 1h');
    run('collect-snapshot');
    run('assess-health');
    const health = () => readText(join(state, 'health', 'latest_health.json'));
    const metrics = () => readText(join(state, 'textfiles', 'ops_monitor_health.prom'));
    const ofNow = metrics();
    const taken = new Date(snapshot().time_utc);
    const at = new Date(taken.getTime() + 10_000).toISOString();
    run('assess-health', '--at', at);
    const first = health();
    run('assess-health', '--at', at);
    assert.equal(health(), first);
    const levels = () => healthNow().observations.map(({ id, level }) => [id, level]);
    const levelsThen = levels();
    run('assess-health', '--at', new Date(taken.getTime() + 3_610_000).toISOString());
    assert.deepEqual(levels(), levelsThen, 'an hour is within three intervals of one hour');
    run('assess-health', '--at', new Date(taken.getTime() + 4 * 3_600_000).toISOString());
    // The monitor’s own stage records are not part of the snapshot and do not become stale with it.
    const stale = levels().filter(([id]) => !id?.startsWith('stage-outcome:'));
    assert.ok(stale.length >= 30);
    assert.deepEqual([...new Set(stale.map(([, level]) => level))], ['unknown']);
    assert.equal(metrics(), ofNow, '--at changed the textfile for Prometheus');
  });

  test('explain prints the reading, the limit and where it was written, since when, and what would clear it', (t) => {
    const { run, config } = makeSite(t, 'sick', 'limits:\n  filesystem: { red: 95% }');
    for (const stage of stages) run(stage);
    const { status, stdout, stderr } = run('explain', 'filesystem-usage:data');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /level +red, as assessed at/);
    assert.match(stdout, /why +\/data is 97 % full/);
    assert.match(stdout, /limit +95 %, limits\.filesystem\.red/);
    const line =
      readText(config)
        .split('\n')
        .findIndex((text) => text.includes('95%')) + 1;
    assert.ok(stdout.includes(`written  ${config}:${line}`), stdout);
    assert.match(stdout, /since +at least 20\d\d-\d\d-\d\d/);
    assert.match(stdout, /clears +when it is below 80 %/);
    assert.match(stdout, /read +filesystems\.data, at 20.*: ok\n +by +statfs/);
    assert.match(stdout, /"used_percent": 96\.9999/);
    const [, runbook = ''] = /runbook +(.+)/.exec(stdout) ?? [];
    assert.equal(runbook, join(root, 'ops', 'runbooks', 'filesystem-usage.md'));

    const unread = run('explain', 'checkout-dirty:elsewhere').stdout;
    assert.match(unread, /level +unknown/);
    assert.match(unread, /read +checkouts\.elsewhere: git status of \/opt\/aurora\/nowhere failed/);
    const usual = run('explain', 'filesystem-usage:root').stdout;
    assert.match(usual, /written  default \(80%\)/);
    const typo = run('explain', 'filesystem-usage:dat');
    assert.equal(typo.status, 2);
    assert.match(typo.stderr, /did you mean filesystem-usage:data\?/);
    assert.match(
      typo.stderr,
      /There are:\n {2}filesystem-usage:data\n( {2}\S+\n){11} {2}and \d+ more, in the report\n$/,
    );
  });

  test('explain takes the name of an alert, a subject or a path for the observation; several are listed', (t) => {
    const { run } = makeSite(t, 'sick');
    assert.match(run('explain').stderr, /^explain: name one observation\n/);
    for (const stage of stages) run(stage);
    const explained: [name: string, id: string][] = [
      ['storage:data', 'filesystem-usage:data'],
      ['red:endpoint-status:dashboard', 'endpoint-status:dashboard'],
      ['host-load', 'host-load:host'],
      ['probe:workspace', 'workspace-usage:workspace'],
      ['bad', 'service-state:bad.service'],
    ];
    for (const [name, id] of explained) {
      const { status, stdout, stderr } = run('explain', name);
      assert.deepEqual([status, stdout.split('\n')[0]], [0, id], stderr);
    }
    const cases: [name: string, told: RegExp][] = [
      ['/data', /^explain: \/data names 3 observations; explain one of them:\n( {2}filesystem-[a-z]+:data\n){3}$/],
      [
        'probe:checkouts.elsewhere',
        /names 2 observations; explain one of them:\n( {2}checkout-[a-z]+:elsewhere\n){2}$/,
      ],
      ['storage', /^explain: storage names \d observations; explain one of them:\n {2}filesystem-usage:\S+\n/],
      [
        'storage:dat',
        /there is no observation "storage:dat" in the assessment of .* UTC; did you mean filesystem-usage:data\?\nThere are:\n/,
      ],
      ['heartbeat:outsid', /^explain: there is no observation "heartbeat:outsid"/],
    ];
    for (const [name, told] of cases) {
      const { status, stdout, stderr } = run('explain', name);
      assert.deepEqual([status, stdout], [2, ''], name);
      assert.match(stderr, told);
      assert.ok(stderr.split('\n').length <= 16, stderr);
    }
    assert.match(run('explain').stderr, /name one observation, such as \S+:\S+\n/);
  });

  test('explain says when an observation is mailed, and that amber is not', (t) => {
    const { run } = makeSite(t, 'sick', 'alerts: { to: [ops@example.org], rules: { stage: { to: [] } } }');
    for (const stage of stages) run(stage);
    const cases: [name: string, mailed: string][] = [
      ['storage:data', 'when from 80 % (alerts.rules.storage.at), by the rule storage'],
      ['service-state:idle.service', 'not while it is amber; when red for 15m, by the rule red'],
      ['service-state:hatpro-sync.service', 'when red or amber for 3h, by the rule service'],
      ['stage-outcome:collect-snapshot', 'never: the rule stage has no recipient (alerts.to, or its own `to`)'],
    ];
    for (const [name, mailed] of cases) {
      const { stdout, stderr } = run('explain', name);
      assert.ok(stdout.includes(`\n  mailed   ${mailed}\n`), `${stdout}${stderr}`);
    }
  });

  test('explain says that Alertmanager is told, of a rule without a recipient of its own too', (t) => {
    const { run } = makeSite(
      t,
      'sick',
      'alerts: { to: [ops@example.org], alertmanager: { urls: ["http://127.0.0.1:9"] }, rules: { red: { to: [] } } }',
    );
    for (const stage of ['collect-snapshot', 'assess-health']) run(stage);
    const cases: [name: string, mailed: RegExp][] = [
      ['storage:data', /when from 80 % \(.*\), by the rule storage, also by Alertmanager\n/],
      [
        'service-state:idle.service',
        /when red for 15m, by the rule red, by Alertmanager only: the rule has no recipient of its own\n/,
      ],
    ];
    for (const [name, mailed] of cases) {
      const { stdout, stderr } = run('explain', name);
      assert.match(stdout.replaceAll(/\n {4,}/g, ' '), mailed, stderr);
    }
  });

  test('explain knows every observation of the health file', (t) => {
    const { run, health } = makeSite(t, 'sick');
    for (const stage of stages) run(stage);
    const { observations } = health();
    assert.ok(observations.length >= 40, `${observations.length}`);
    for (const { id } of observations.filter((_, index) => index % 4 === 0)) {
      const { status, stdout } = run('explain', id, '--json');
      assert.equal(status, 0, id);
      const { observation, limit_origin } = JSON.parse(stdout) as { observation: { id: string }; limit_origin: string };
      assert.equal(observation.id, id);
      assert.ok(limit_origin.length > 0);
    }
  });

  test('assess-health succeeds with unknown when the snapshot is torn, empty or foreign', (t) => {
    const { run, state, health } = makeSite(t);
    mkdirSync(join(state, 'raw'), { recursive: true });
    for (const text of ['', '{"schema_version":1', '[]', '{"sections":{}}', 'null', '\0\0\0']) {
      writeFileSync(join(state, 'raw', 'latest.json'), text);
      const { status, stderr } = run('assess-health');
      assert.equal(status, 0, stderr);
      assert.equal(health().overall_level, 'unknown', JSON.stringify(text));
    }
  });

  test('the effective configuration is cached, and a changed file is read again', (t) => {
    const { run, folder, config, snapshot } = makeSite(t);
    run('collect-snapshot');
    const cache = join(folder, 'cache', 'ops-monitor');
    const name = readdirSync(cache).find((one) => /^configuration-[0-9a-f]{16}\.json$/.test(one)) ?? '';
    const path = join(cache, name);
    const before = statSync(path).mtimeMs;
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700, 'others can read the cache');
    run('collect-snapshot');
    assert.equal(statSync(path).mtimeMs, before, 'nothing changed, so nothing is resolved again');
    writeFileSync(config, readText(config).replace('site: aurora', 'site: elsewhere'));
    run('collect-snapshot');
    assert.equal(snapshot().site, 'elsewhere');
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 60));
    assert.equal(run('collect-snapshot').status, 0, 'a torn cache is no fault');
  });

  test('a recording of this machine can be collected again from its folder', (t) => {
    const { run, folder } = makeSite(t);
    const recording = join(folder, 'recorded');
    writeFileSync(join(folder, 'empty.yaml'), '{}');
    const made = run('record-host', recording, '--config', join(folder, 'empty.yaml'), '--summary', 'a test');
    assert.equal(made.status, 0, made.stderr);
    assert.equal(statSync(recording).mode & 0o777, 0o700, 'others can read the recording');
    assert.match(made.stdout, /\n {2}root\/proc\/meminfo +\d+ characters\n/);
    assert.equal(run('record-host', recording).status, 2, 'a recording never overwrites anything');
    writeFileSync(
      join(folder, 'replay.yaml'),
      `hosts: { local: { folder: ${recording} } }\nfiles: { state: ${folder}/replayed }\n`,
    );
    const { status, stdout } = run('collect-snapshot', '--json', '--config', join(folder, 'replay.yaml'));
    assert.equal(status, 0);
    const { sections } = JSON.parse(stdout) as { sections: Record<string, { status: string }> };
    assert.equal(sections['host']?.status, 'ok');
    assert.equal(sections['filesystems']?.status, 'ok');
  });

  test('the launcher runs through a symlink and from another folder', (t) => {
    const { folder, env } = makeSite(t);
    const link = join(folder, 'ops-monitor');
    symlinkSync(join(root, 'scripts', 'ops-monitor.sh'), link);
    const { status, stdout } = spawnSync(link, ['--version'], { cwd: folder, env, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /^ops-monitor \d+\.\d+\.\d+\n$/);
  });
});
