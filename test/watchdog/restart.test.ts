// Restarts by watch-services as its unit runs it: the installed bundle, and commands that really start processes.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Alert, Latest, RestartLine } from '../../lib/watchdog/files.ts';
import { environmentIn, isAlive, killNow, root, runBeside, runBundle, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

/** A service `api` that does not run; `start.sh` counts its calls in `calls` and starts it. */
function makeSite(t: TestContext, restart: (folder: string) => string, more = '') {
  // Before the folder is removed, with the pid file in it.
  t.after(() => stop());
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  const [pidFile, calls, script] = ['api.pid', 'calls', 'start.sh'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(
    script,
    `echo x >> ${calls}\necho starting\nsetsid sleep 1000 > /dev/null 2>&1 &\necho $! > ${pidFile}\n`,
  );
  const own = restart(folder);
  writeFileSync(
    config,
    `files: { state: ${state} }\nwatchdog:\n  services:\n    api: { pid-file: ${pidFile}, hold: 0s${own === '' ? '' : `, restart: ${own}`} }\n${more}`,
  );
  function stop(): void {
    if (!existsSync(pidFile)) return;
    killNow(Number(readText(pidFile)));
    rmSync(pidFile);
  }
  const env = environmentIn(folder);
  const log = join(state, 'monitoring', 'watchdog', 'restarts.jsonl');
  const alerts = join(state, 'monitoring', 'alerts', 'watchdog');
  return {
    folder,
    config,
    env,
    state,
    log,
    stop,
    pid: () => Number(readText(pidFile)),
    run: (...argv: string[]) => {
      const ran = runBundle('watch-services', ['--config', config, ...argv], env);
      assert.equal(ran.status, 0, ran.stderr);
      return ran;
    },
    calls: () => (existsSync(calls) ? readText(calls).split('\n').length - 1 : 0),
    lines: () =>
      readText(log)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as RestartLine),
    latest: () => JSON.parse(readText(join(state, 'monitoring', 'watchdog', 'latest.json'))) as Latest,
    alerts: () =>
      readdirSync(alerts)
        .sort()
        .map((name) => JSON.parse(readText(join(alerts, name))) as Alert),
    textfile: () => readText(join(state, 'textfiles', 'watchdog.prom')),
    /** As after a reboot, which empties the runtime folder. */
    forget: () => rmSync(join(folder, 'run'), { recursive: true }),
  };
}

const byScript =
  (more = '') =>
  (folder: string) =>
    `{ with: [sh, ${folder}/start.sh]${more} }`;

describe('restarts by watch-services', () => {
  test('a service that does not run is restarted, and the next run says whether that helped', (t) => {
    const site = makeSite(t, byScript());
    const { stderr } = site.run();
    assert.equal(site.calls(), 1);
    assert.ok(isAlive(site.pid()), 'what the command started goes on');
    assert.match(
      stderr,
      /^RESTART api succeeded: `sh \S+start\.sh`, because api does not run: its pid file \S+ does not exist$/m,
    );
    assert.deepEqual(
      site.lines().map(({ event, outcome }) => [event, outcome]),
      [
        ['tries', undefined],
        ['ended', 'succeeded'],
      ],
    );
    assert.deepEqual(
      site.latest().alerts[0]?.restarts?.map(({ outcome, helped }) => [outcome, helped]),
      [['succeeded', undefined]],
    );
    assert.equal(site.alerts()[0]?.restarts?.length, 1);
    assert.match(site.textfile(), /^ops_watchdog_restart_attempts_total\{service="api",outcome="succeeded"\} 1$/m);
    assert.match(site.textfile(), /^ops_watchdog_restart_attempts_total\{service="api",outcome="failed"\} 0$/m);
    assert.equal(readText(join(site.state, 'monitoring', 'watchdog', 'restarts', 'api.log')), 'starting\n');

    const { stderr: next } = site.run();
    assert.match(next, /^restart of api helped: running within the limits$/m);
    assert.deepEqual(
      site
        .lines()
        .map(({ event, helped }) => [event, helped])
        .at(-1),
      ['measured', 'yes'],
    );
    const [alert, ...others] = site.alerts();
    assert.equal(others.length, 0);
    assert.ok(alert?.ended_at !== undefined);
    assert.deepEqual(
      alert.restarts?.map(({ outcome, helped }) => [outcome, helped]),
      [['succeeded', 'yes']],
    );
    site.run();
    assert.equal(site.lines().length, 3);
    assert.match(site.textfile(), /^ops_watchdog_restart_attempts_total\{service="api",outcome="succeeded"\} 1$/m);
  });

  test('the cooldown and the limit of a day hold, also where all other state is lost', (t) => {
    const site = makeSite(t, byScript(', cooldown: 0s, per-day: 2'));
    for (const attempts of [1, 2, 2, 2]) {
      site.stop();
      const { stderr } = site.run();
      assert.equal(site.calls(), attempts);
      if (stderr.includes('NOT RESTARTED'))
        assert.match(stderr, /NOT RESTARTED api: 2 attempts in 24 h, of 2; the next may be in /);
      site.forget();
      rmSync(join(site.state, 'monitoring', 'watchdog', 'latest.json'));
    }
    const cooled = makeSite(t, byScript(''));
    for (let count = 0; count < 3; count++) {
      cooled.run();
      cooled.stop();
      cooled.forget();
    }
    assert.equal(cooled.calls(), 1);
    assert.match(cooled.run().stderr, /NOT RESTARTED api: the last attempt was \S+ ago, and its cooldown is 10m/);
  });

  test('a command that fails, hangs or does not exist is logged with its reason', (t) => {
    for (const [way, outcome, reason] of [
      ["[sh, -c, 'echo no disk; exit 3']", 'failed', /^exit code 3: no disk$/],
      ["[sh, -c, 'trap : TERM; echo stuck; sleep 1000']", 'timed-out', /^ended at its time limit of 1s/],
      ['[/nonexistent/program]', 'failed', /was not found \(exit code 127\)/],
    ] as const) {
      const site = makeSite(t, () => `{ with: ${way}, timeout: 1s, cooldown: 0s }`);
      const { stderr } = site.run();
      assert.match(stderr, new RegExp(`^RESTART api ${outcome} \\(`, 'm'));
      const ended = site.lines().at(-1);
      assert.equal(ended?.outcome, outcome);
      assert.match(ended?.reason ?? '', reason);
      assert.match(site.textfile(), new RegExp(`attempts_total\\{service="api",outcome="${outcome}"\\} 1$`, 'm'));
      assert.match(site.run().stderr, /^restart of api did not help: running not within the limits$/m);
    }
  });

  test('without a restart in the configuration nothing is ever restarted', (t) => {
    const site = makeSite(t, () => '');
    for (let count = 0; count < 3; count++) assert.doesNotMatch(site.run().stderr, /RESTART/);
    assert.ok(!existsSync(site.log));
    assert.doesNotMatch(site.textfile(), /restart_attempts/);
  });

  test('--dry-run says what would be restarted, and why not, and restarts nothing', (t) => {
    const site = makeSite(t, byScript());
    assert.match(site.run('--dry-run').stdout, /^WOULD RESTART api: `sh \S+start\.sh`, because api does not run: /m);
    assert.equal(site.calls(), 0);
    assert.ok(!existsSync(site.state));
    site.run();
    site.stop();
    assert.match(site.run('--dry-run').stdout, /^NOT RESTARTED api: the last attempt was /m);
    assert.equal(site.calls(), 1);
  });

  test('a log that cannot be read stops all restarts, and every run says so', (t) => {
    const site = makeSite(t, byScript(', cooldown: 0s'));
    site.run();
    const whole = readText(site.log);
    const damages: [() => void, RegExp][] = [
      [() => writeFileSync(site.log, `{"torn": \n${whole}`), /after 0 whole lines/],
      [() => appendFileSync(site.log, whole.slice(0, 100)), /after 2 whole lines/],
      [() => writeFileSync(site.log, `${whole}{}\n`), /after 2 whole lines/],
      [() => mkdirSync(site.log), /EISDIR/],
    ];
    for (const [damage, why] of damages) {
      rmSync(site.log, { recursive: true });
      if (damage !== damages[3]?.[0]) writeFileSync(site.log, whole);
      damage();
      for (let count = 0; count < 2; count++) {
        site.stop();
        const { stderr } = site.run();
        assert.match(stderr, /^NOT RESTARTED api: the log of restarts cannot be read /m);
        assert.match(stderr, why);
        assert.equal(site.calls(), 1);
      }
    }
    assert.ok(!readText(join(site.state, 'monitoring', 'watchdog', 'latest.json')).includes('helped'));
  });

  test('an attempt that cannot be logged is not made', (t) => {
    const site = makeSite(t, byScript());
    mkdirSync(join(site.state, 'monitoring', 'watchdog'), { recursive: true });
    runProcess(['mkfifo', site.log]);
    assert.match(site.run().stderr, /^NOT RESTARTED api: .*restarts\.jsonl is a named pipe/m);
    assert.equal(site.calls(), 0);
  });

  test('two runs at once make one attempt', async (t) => {
    const site = makeSite(t, (folder) => `{ with: [sh, -c, 'echo x >> ${folder}/calls; sleep 1'], cooldown: 1s }`);
    const argv = [process.execPath, join(root, 'dist', 'watch-services.cjs'), '--config', site.config];
    const first = runBeside(argv, site.env);
    await until(() => site.calls() === 1);
    const ended = await Promise.all([first, runBeside(argv, site.env)]);
    assert.deepEqual(
      ended.map(({ status }) => status),
      [0, 0],
      ended.map(({ stderr }) => stderr).join('\n'),
    );
    assert.equal(site.calls(), 1);
    assert.match(ended[1].stderr, /NOT RESTARTED api: /);
  });

  test('systemctl restarts the unit of the service, and asks for no password', (t) => {
    const folder = temporaryFolder(t);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'systemctl'),
      `#!/bin/sh\n[ "$1" = show ] || { echo "$*" >> ${folder}/asked; echo 'Interactive authentication required.' >&2; echo 'See system logs.' >&2; exit 1; }\nprintf 'LoadState=loaded\\nActiveState=failed\\nSubState=failed\\nResult=exit-code\\nControlGroup=\\nMainPID=0\\nNRestarts=0\\nConditionTimestamp=\\n'\n`,
      { mode: 0o755 },
    );
    const config = join(folder, 'config.yaml');
    writeFileSync(
      config,
      `files: { state: ${folder}/state }\nwatchdog: { services: { api: { unit: -a.service, hold: 0s, restart: { with: systemctl } } } }\n`,
    );
    const env = { ...environmentIn(folder), PATH: `${bin}:${process.env['PATH']}` };
    const { status, stderr } = runBundle('watch-services', ['--config', config], env);
    assert.equal(status, 0, stderr);
    assert.equal(readText(join(folder, 'asked')), '--no-ask-password restart -- -a.service\n');
    assert.match(
      stderr,
      /^RESTART api failed \(exit code 1: Interactive authentication required\.; See system logs\.\): /m,
    );
  });

  test('a restart that could never come is refused', (t) => {
    const refused = (restart: string): string => {
      const { config, env } = makeSite(t, () => restart);
      const { status, stderr } = runBundle('watch-services', ['--config', config], env);
      assert.equal(status, 2, restart);
      return stderr;
    };
    assert.match(refused('{ with: systemctl }'), /systemctl restarts only a service that is found by `unit`/);
    assert.match(refused('{ with: reboot }'), /expected systemctl, or a list of a program and its arguments/);
    assert.match(refused('{ when: [running] }'), /restart\.with is missing/);
    assert.match(refused('{ with: [a], when: [memory] }'), /memory has no limit in `limits`/);
    assert.match(refused('{ with: [a], when: [] }'), /restart/);
    assert.match(refused('{ with: [a], timeout: 2m }'), /at most 1m/);
    assert.match(refused('{ with: [a], per-day: 25 }'), /24/);
  });
});
