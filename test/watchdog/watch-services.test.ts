// watch-services as its unit runs it: the installed bundle, beside real processes that burn CPU, grow, open files and fork.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert, Latest, ServiceReading } from '../../lib/watchdog/files.ts';
import { parseProcess } from '../../lib/parse/proc.ts';
import { descendantsOf, environmentIn, isAlive, killNow, root, runBundle, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

/** `services` gets the folder of the test, whose name tells its processes from others. */
function makeSite(t: TestContext, services: (folder: string) => string) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  const configure = (text: string): void =>
    writeFileSync(config, `files: { state: ${state} }\nwatchdog:\n  services:\n${text}`);
  configure(services(folder));
  const env = environmentIn(folder);
  const alerts = join(state, 'monitoring', 'alerts', 'watchdog');
  const run = (...argv: string[]) => {
    const ran = runBundle('watch-services', ['--config', config, ...argv], env);
    assert.equal(ran.status, 0, ran.stderr);
    return ran;
  };
  const latest = () => JSON.parse(readText(join(state, 'monitoring', 'watchdog', 'latest.json'))) as Latest;
  return {
    folder,
    state,
    env,
    config,
    configure,
    run,
    latest,
    textfile: () => readText(join(state, 'textfiles', 'watchdog.prom')),
    alerts: (): Alert[] =>
      existsSync(alerts)
        ? readdirSync(alerts)
            .sort()
            .map((name) => JSON.parse(readText(join(alerts, name))) as Alert)
        : [],
    /** The reading of a service after a run. */
    reading: (name: string, ...argv: string[]): ServiceReading => {
      run(...argv);
      return latest().services[name] ?? assert.fail(`there is no ${name}`);
    },
  };
}

/** A process that is ended with all its descendants when the test ends. */
function start(t: TestContext, [program = '', ...argv]: readonly string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { pid } = child;
  assert.ok(pid !== undefined);
  t.after(() => {
    for (const each of [...descendantsOf(pid), pid]) killNow(each);
  });
  return Object.assign(child, { pid });
}

const nextLine = async ({ stdout }: ChildProcess): Promise<string> =>
  String(((await once(stdout ?? assert.fail(), 'data')) as [Buffer])[0]).trim();

const close = (value: number | undefined, expected: number, what: string): void =>
  assert.ok(
    value !== undefined && expected > 0 && Math.abs(value - expected) <= 0.05 * expected,
    `${what}: ${value} where ${expected} was expected`,
  );

/** CPU seconds of a tree of which no process is unwaited for. */
const cpuSecondsOf = (pid: number): number =>
  [pid, ...descendantsOf(pid)]
    .map((each) => parseProcess(readText(`/proc/${each}/stat`)))
    .reduce((sum, { own, reaped }) => sum + (own + reaped) / 100, 0);

const residentOf = (pids: readonly number[]): number => {
  const { stdout } = runProcess(['ps', '-o', 'rss=', '-p', pids.join(',')]);
  return stdout
    .trim()
    .split(/\s+/)
    .reduce((sum, kib) => sum + Number(kib) * 1024, 0);
};

const burn = 'burn() { i=0; while [ $i -lt 1500000 ]; do i=$((i+1)); done; }';

describe('watch-services', () => {
  test('measures the CPU time of a process that burns it, after a first run without a rate', async (t) => {
    const { folder, reading, latest, textfile } = makeSite(
      t,
      (own) =>
        `    burner: { command-line: '*${own}/burner', user: ${process.getuid?.()}, limits: { cpu: 1% }, hold: 0s }\n`,
    );
    const child = start(t, ['sh', '-c', `${burn}; read go; burn; echo done; read end`, join(folder, 'burner')]);
    const first = reading('burner');
    assert.equal(first.state, 'running');
    assert.deepEqual(first.pids, [child.pid]);
    assert.equal(first.cpu_percent, undefined);
    assert.doesNotMatch(textfile(), /service_cpu_ratio/);
    const [from, used] = [Date.parse(latest().at), cpuSecondsOf(child.pid)];
    await sleep(1500);
    child.stdin?.write('go\n');
    assert.equal(await nextLine(child), 'done');
    const second = reading('burner');
    const seconds = (Date.parse(latest().at) - from) / 1000;
    close(second.cpu_percent, ((cpuSecondsOf(child.pid) - used) / seconds) * 100, 'CPU of the burner');
    assert.match(
      textfile(),
      /^ops_watchdog_service_cpu_ratio\{service="burner"\} 0?\.\d+$|^ops_watchdog_service_cpu_ratio\{service="burner"\} 1/m,
    );
    assert.match(textfile(), /^ops_watchdog_alert_active\{service="burner",measure="cpu"\} 1$/m);
  });

  test('measures the CPU time of children that ended meanwhile, and of those that live', async (t) => {
    const { folder, reading, latest } = makeSite(t, (own) => `    forker: { pid-file: ${own}/forker.pid }\n`);
    const script = `${burn}; (burn; read a < ${folder}/fifo) & read go; burn & burn & wait $!; (burn); (burn); (burn; echo done; read a < ${folder}/fifo2) & read stop`;
    runProcess(['mkfifo', join(folder, 'fifo'), join(folder, 'fifo2')]);
    const child = start(t, ['sh', '-c', script, join(folder, 'forker')]);
    writeFileSync(join(folder, 'forker.pid'), `${child.pid}\n`);
    // The first child has burnt before the first run, and is ended after it: what it had used does not count.
    await until(() => descendantsOf(child.pid).length === 1 && cpuSecondsOf(child.pid) > 0.05);
    await untilIdle(child.pid);
    reading('forker');
    const [from, used] = [Date.parse(latest().at), cpuSecondsOf(child.pid)];
    await sleep(1100);
    writeFileSync(join(folder, 'fifo'), 'end\n');
    child.stdin?.write('go\n');
    assert.equal(await nextLine(child), 'done');
    const found = reading('forker');
    const seconds = (Date.parse(latest().at) - from) / 1000;
    const now = cpuSecondsOf(child.pid);
    assert.ok(now > used);
    close(found.cpu_percent, ((now - used) / seconds) * 100, 'CPU of the forker');
    assert.equal(descendantsOf(child.pid).filter(isAlive).length, 1);
    assert.equal(found.processes, 2);
  });

  test('a process that executes another program goes on as the same one: its CPU time counts, and it is no restart', async (t) => {
    const { folder, reading, latest } = makeSite(t, (own) => `    execer: { command-line: '*${own}/execer' }\n`);
    const next = `${burn}; burn; echo done; read end`;
    const child = start(t, [
      'sh',
      '-c',
      `${burn}; burn; echo ready; read go; exec sh -c '${next}' "$0"`,
      join(folder, 'execer'),
    ]);
    assert.equal(await nextLine(child), 'ready');
    assert.deepEqual(reading('execer').pids, [child.pid]);
    const [from, used] = [Date.parse(latest().at), cpuSecondsOf(child.pid)];
    await sleep(1100);
    child.stdin?.write('go\n');
    assert.equal(await nextLine(child), 'done');
    const { cpu_percent, pids, restarts } = reading('execer');
    const seconds = (Date.parse(latest().at) - from) / 1000;
    close(cpu_percent, ((cpuSecondsOf(child.pid) - used) / seconds) * 100, 'CPU of the execer');
    assert.deepEqual([pids, restarts], [[child.pid], 0]);
  });

  test('measures the memory of a whole tree that grows, as ps and smaps_rollup do', async (t) => {
    const { folder, reading } = makeSite(
      t,
      (own) => `    grower: { command-line: '*${own}/grower', limits: { memory: 400MB }, hold: 0s }\n`,
    );
    const grow = `const all = []; process.stdin.on('data', () => { all.push(Buffer.alloc(150e6, 1)); console.log('grown'); }); console.log('ready');`;
    const inner = `const { spawn } = require('node:child_process'); spawn(process.execPath, ['-e', ${JSON.stringify(grow)}], { stdio: 'inherit' }); const own = Buffer.alloc(100e6, 1); setInterval(() => own, 1e6);`;
    const child = start(t, [process.execPath, '-e', inner, join(folder, 'grower')]);
    assert.equal(await nextLine(child), 'ready');
    const small = reading('grower');
    for (let count = 0; count < 2; count++) {
      child.stdin?.write('x');
      assert.equal(await nextLine(child), 'grown');
    }
    const { resident_bytes = 0, proportional_bytes, processes, threads } = reading('grower');
    const pids = [child.pid, ...descendantsOf(child.pid)];
    assert.equal(processes, 2);
    close(resident_bytes, residentOf(pids), 'RSS');
    assert.ok(resident_bytes - (small.resident_bytes ?? Infinity) > 280e6, 'it grew');
    const pss = pids.map((pid) => Number(/^Pss:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1]) * 1024);
    close(
      proportional_bytes,
      pss.reduce((sum, bytes) => sum + bytes, 0),
      'PSS',
    );
    const listed = runProcess(['ps', '-o', 'nlwp=', '-p', pids.join(',')])
      .stdout.trim()
      .split(/\s+/);
    assert.equal(
      threads,
      listed.reduce((sum, count) => sum + Number(count), 0),
    );
  });

  test('counts open files against the process’s own limit, and an alert tells', async (t) => {
    const { folder, reading, alerts } = makeSite(
      t,
      (own) => `    opener: { command-line: '*node*${own}/opener', limits: { open-files: 80% }, hold: 0s }\n`,
    );
    const open = `const { openSync } = require('node:fs'); console.log('ready'); process.stdin.on('data', () => { for (let i = 0; i < 300; i++) openSync('/dev/null'); console.log('opened'); });`;
    const child = start(t, [
      'sh',
      '-c',
      'ulimit -n 400; exec "$@"',
      'sh',
      process.execPath,
      '-e',
      open,
      join(folder, 'opener'),
    ]);
    assert.equal(await nextLine(child), 'ready');
    assert.ok((reading('opener').open_files_percent ?? 100) < 30);
    assert.deepEqual(alerts(), []);
    child.stdin?.write('x');
    assert.equal(await nextLine(child), 'opened');
    const { open_files, open_files_percent } = reading('opener');
    const files = readdirSync(`/proc/${child.pid}/fd`).length;
    assert.equal(open_files, files);
    close(open_files_percent, (files / 400) * 100, 'share');
    const [alert, ...others] = alerts();
    assert.equal(others.length, 0);
    assert.match(
      alert?.message ?? '',
      /^opener has opened 8\d(\.\d)? % of the files that one of its processes may open \(above 80 %\)$/,
    );
  });

  test('an alert has one line on the console and one file, from its beginning to its end, across a reboot', async (t) => {
    const { folder, run, alerts, state, latest } = makeSite(
      t,
      (own) => `    api: { pid-file: ${own}/api.pid, limits: { threads: 1, memory: 1 kB }, hold: 0s }\n`,
    );
    const begun = (text: string) => text.split('\n').filter((line) => line.startsWith('ALERT '));
    const missing = `ALERT api does not run: its pid file ${folder}/api.pid does not exist`;
    assert.deepEqual(begun(run().stderr), [missing]);
    assert.deepEqual(begun(run().stderr), [], 'an alert that goes on is not told again');
    assert.deepEqual(
      alerts().map(({ measure, ended_at }) => [measure, ended_at]),
      [['running', undefined]],
    );
    const { began_at } = alerts()[0] ?? assert.fail();

    // As after a reboot, which empties the runtime folder.
    rmSync(join(folder, 'run'), { recursive: true });
    assert.deepEqual(begun(run().stderr), []);
    const child = start(t, ['sleep', '1000']);
    writeFileSync(join(folder, 'api.pid'), String(child.pid));
    const { stderr } = run();
    assert.match(stderr, /^ended: api does not run: .*; now: api runs$/m);
    assert.equal(begun(stderr).length, 1);
    assert.match(begun(stderr)[0] ?? '', /^ALERT api uses .* of (proportional|resident) memory \(above 1 kB\)$/);
    const [memory, running] = alerts().sort((a, b) => (a.measure < b.measure ? -1 : 1));
    assert.deepEqual([running?.measure, running?.began_at, running?.ended], ['running', began_at, 'api runs']);
    assert.deepEqual([memory?.measure, memory?.ended_at], ['memory', undefined]);
    assert.deepEqual(
      latest().alerts.map(({ measure }) => measure),
      ['memory'],
    );

    child.kill('SIGKILL');
    await once(child, 'exit');
    run();
    const ends = alerts().filter(({ ended_at }) => ended_at !== undefined);
    assert.deepEqual(new Set(ends.map(({ ended }) => ended)), new Set(['api does not run', 'api runs']));
    assert.equal(alerts().length, 3);
    assert.ok(
      readdirSync(join(state, 'monitoring', 'alerts', 'watchdog')).every((name) =>
        /^\d{8}T\d{6}\.\d{3}Z-api-\w+\.json$/.test(name),
      ),
    );
  });

  test('a restart is counted; the counters of another boot and of a damaged state give no rate', async (t) => {
    const { folder, reading, latest, textfile } = makeSite(t, (own) => `    api: { pid-file: ${own}/api.pid }\n`);
    const begin = (): ChildProcess => {
      const child = start(t, ['sleep', '1000']);
      writeFileSync(join(folder, 'api.pid'), String(child.pid));
      return child;
    };
    const first = begin();
    assert.equal(reading('api').restarts, 0);
    await sleep(1100);
    assert.equal(reading('api').cpu_percent, 0);
    const device = Object.values(latest().network).find((rates) => rates.received_bytes_per_second !== undefined);
    assert.ok(device, 'an interface has a rate');
    first.kill('SIGKILL');
    await once(first, 'exit');
    assert.equal(reading('api').state, 'stopped');
    begin();
    assert.equal(reading('api').restarts, 1);
    assert.match(textfile(), /^ops_watchdog_service_restarts_total\{service="api"\} 1$/m);

    const found = readdirSync(join(folder, 'run'), { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('watchdog_state.json'),
    );
    const file = join(folder, 'run', found ?? assert.fail('no state'));
    const whole = readText(file);
    for (const text of [whole.replace(/"boot_id": "[^"]*"/, '"boot_id": "another"'), whole.slice(0, 200), '']) {
      await sleep(1100);
      writeFileSync(file, text);
      assert.equal(reading('api').cpu_percent, undefined, text.slice(0, 200));
      assert.doesNotMatch(textfile(), /bytes_per_second/);
    }
  });

  test('what another user’s processes do not show is absent with its reason, and the rest is measured', (t) => {
    if (process.getuid?.() === 0) {
      // As the user nobody, in a folder of its own.
      const folder = temporaryFolder(t);
      const config = join(folder, 'config.yaml');
      writeFileSync(
        config,
        `files: { state: ${folder}/state }\nwatchdog: { services: { init: { command-line: '${commandOf(1)}' } } }\n`,
      );
      mkdirSync(join(folder, 'home'));
      runProcess(['chown', '-R', '65534:65534', folder]);
      const env = environmentIn(join(folder, 'home'));
      const bundle = join(root, 'dist', 'watch-services.cjs');
      const as = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      const { status, stdout, stderr } = runProcess(
        [...as, process.execPath, bundle, '--json', '--config', config],
        env,
      );
      assert.equal(status, 0, stderr);
      checkForeign(
        (JSON.parse(stdout) as Latest).services['init'],
        readText(join(folder, 'state', 'textfiles', 'watchdog.prom')),
      );
      return;
    }
    const { reading, textfile } = makeSite(t, () => `    init: { command-line: '${commandOf(1)}' }\n`);
    checkForeign(reading('init'), textfile());
  });

  test('a service of the configuration that says nothing, or two things, is refused', (t) => {
    const { configure, env, config } = makeSite(t, () => `    api: { unit: api.service }\n`);
    const refused = (text: string): string => {
      configure(text);
      const { status, stderr } = runBundle('watch-services', ['--config', config], env);
      assert.equal(status, 2, text);
      return stderr;
    };
    assert.match(
      refused('    api: { limits: { cpu: 1% } }\n'),
      /expected one of `unit`, `pid-file` and `command-line`; got none of them/,
    );
    assert.match(
      refused('    api: { unit: a.service, pid-file: /a }\n'),
      /expected one of `unit`, `pid-file` and `command-line`; got `unit` and `pid-file`/,
    );
    assert.match(refused("    api: { command-line: '*' }\n"), /would fit every process/);
    assert.match(refused('    api: { unit: a.service, user: a }\n'), /leave `user` out/);
    assert.match(
      refused("    api: { pid-file: /a, user: 'a b' }\n"),
      /the name of a user in \/etc\/passwd, or the number/,
    );
    assert.match(
      refused('    api: { unit: a.service, limits: { memory: 2 } }\n'),
      /number of bytes with its unit, such as "2GB"/,
    );
    assert.match(refused('    api: { unit: a.service, limits: { open-files: 120% } }\n'), /a percentage/);
    writeFileSync(config, 'site: x\n');
    assert.match(
      runBundle('watch-services', ['--config', config], env).stderr,
      /no service was named: `watchdog.services`/,
    );
  });

  test('a pid file that is a FIFO, a folder or full of control characters leaves its service unknown, at once', (t) => {
    const names = ['fifo', 'folder', 'text', 'endless'];
    const { folder, run, latest } = makeSite(t, (own) =>
      names.map((name) => `    ${name}: { pid-file: ${own}/${name}, hold: 0s }\n`).join(''),
    );
    runProcess(['mkfifo', join(folder, 'fifo')]);
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'text'), '\u001B[2J\u001B[31m');
    writeFileSync(join(folder, 'endless'), '9'.repeat(50_000_000));
    const { stderr, ms } = run();
    assert.ok(ms < 30_000, `${ms} ms`);
    assert.deepEqual(
      Object.values(latest().services).map(({ state }) => state),
      names.map(() => 'unknown'),
    );
    assert.ok(!stderr.includes('\u001B'));
    assert.deepEqual(latest().alerts, []);
  });

  test('--dry-run writes nothing and shows a table', (t) => {
    const { run, state, folder } = makeSite(t, (own) => `    api: { pid-file: ${own}/api.pid, hold: 0s }\n`);
    const { stdout } = run('--dry-run');
    assert.match(stdout, /^SERVICE +STATE +CPU .*\napi +stopped$/m);
    assert.ok(stdout.includes(`ALERT api does not run: its pid file ${folder}/api.pid does not exist`));
    assert.ok(!existsSync(state));
  });

  test('no bundle but its own has the watchdog, and with it the ability to restart services', () => {
    const dist = join(root, 'dist');
    const bundles = readdirSync(dist).filter((name) => name.endsWith('.cjs'));
    assert.ok(bundles.length >= 40);
    const parts = (name: string) =>
      [...readText(join(dist, name)).matchAll(/^\/\/ (lib\/watchdog\/[\w-]+\.ts)$/gm)].map((match) => match[1]);
    const holdersOf = (isPart: (file: string) => boolean): string[] =>
      bundles.filter((name) => parts(name).some((file) => isPart(file ?? '')));
    // Others may know its configuration and the form of its files.
    assert.deepEqual(
      holdersOf((file) => !/\/(config|files)\.ts$/.test(file)),
      ['watch-services.main.cjs'],
    );
    assert.deepEqual(
      holdersOf((file) => file === 'lib/watchdog/restart.ts'),
      ['watch-services.main.cjs'],
    );
    assert.ok(parts('watch-services.main.cjs').length >= 8);
    const starters = bundles.filter(
      (name) =>
        readText(join(dist, name)).includes('./scripts/watch-services') ||
        readText(join(dist, name)).includes('./watch-services.'),
    );
    assert.deepEqual(starters.sort(), ['ops-monitor.main.cjs', 'watch-services.cjs']);
  });
});

const commandOf = (pid: number): string =>
  readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().replaceAll("'", '*');

function checkForeign(found: ServiceReading | undefined, textfile: string): void {
  assert.equal(found?.state, 'running');
  assert.ok((found.resident_bytes ?? 0) > 0 && (found.threads ?? 0) > 0);
  assert.deepEqual(Object.keys(found.unread).sort(), ['open_files', 'proportional_bytes']);
  for (const reason of Object.values(found.unread)) assert.match(reason, /no permission|EACCES|permission denied/);
  assert.equal(found.open_files, undefined);
  assert.doesNotMatch(textfile, /open_files\{|proportional_memory_bytes\{/);
  assert.match(textfile, /^ops_watchdog_service_unread\{service="init",measure="open_files"\} 1$/m);
}

/** Until a tree uses no more CPU time. */
async function untilIdle(pid: number): Promise<void> {
  let before = -1;
  await until(async () => {
    await sleep(300);
    const now = cpuSecondsOf(pid);
    const isIdle = now === before;
    before = now;
    return isIdle;
  });
}
