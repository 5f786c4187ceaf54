// run-gate with commands and files that misbehave: the verdict says what happened, nothing is left, nothing hangs.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { GateSummary } from '../../lib/gates/files.ts';
import { environmentIn, isAlive, processesOf, root, runBeside, runBundle, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const sh = (script: string): string[] => ['sh', '-c', script];

function makeGate(t: TestContext, phases: object, more: object = {}) {
  const folder = temporaryFolder(t);
  const work = join(folder, 'work');
  mkdirSync(work);
  const state = join(folder, 'state');
  const config = join(folder, 'config.yaml');
  const write = (all: object, name = 'alpha'): void =>
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        files: { state },
        'gate-runs': { [name]: { folder: work, 'stop-at-failure': false, phases: all, ...more } },
      }),
    );
  write(phases);
  const env = environmentIn(folder);
  const gate = join(state, 'monitoring', 'gates', 'alpha');
  return {
    work,
    gate,
    write,
    env,
    argv: [process.execPath, join(root, 'dist', 'run-gate.cjs'), '--config', config],
    run: (...argv: string[]) => runBundle('run-gate', [...argv, '--config', config], env),
    summary: () => JSON.parse(readText(join(gate, 'summary.json'))) as GateSummary,
    log: (phase: string) => readText(join(gate, 'latest', `${phase}.log`)),
    textfile: () => readText(join(state, 'textfiles', 'alpha_gate.prom')),
    pid: (name: string) => Number(readText(join(work, name))),
  };
}

const outcomes = ({ phases }: GateSummary) =>
  Object.fromEntries(phases.map(({ name, outcome, reason = '' }) => [name, `${outcome} ${reason}`.trim()]));

// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const control = /[\0-\u0009\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/;

describe('run-gate, hostile commands', () => {
  test('a command that cannot be run fails its phase and says why: not there, no program, a folder, no interpreter, no working directory', (t) => {
    const { run, summary, work, write } = makeGate(t, {});
    writeFileSync(join(work, 'text'), 'echo hello\n');
    writeFileSync(join(work, 'script'), '#!/nowhere/interpreter\n', { mode: 0o755 });
    write({
      missing: { command: ['no-such-program-of-ours'] },
      text: { command: [join(work, 'text')] },
      folder: { command: [work] },
      script: { command: [join(work, 'script')] },
    });
    run();
    assert.deepEqual(outcomes(summary()), {
      missing: 'fail no-such-program-of-ours was not found (exit code 127)',
      text: `fail ${work}/text may not be run (exit code 126)`,
      folder: `fail ${work} may not be run (exit code 126)`,
      script: `fail ${work}/script was not found (exit code 127)`,
    });
    for (const [place, code] of [
      ['/nowhere/at/all', 'ENOENT'],
      [join(work, 'text'), 'ENOTDIR'],
    ] as const) {
      const elsewhere = makeGate(t, { one: { command: ['true'] } }, { folder: place });
      elsewhere.run();
      const words = `fail could not be started: its folder ${place} cannot be entered (${code})`;
      assert.deepEqual(outcomes(elsewhere.summary()), { one: words });
    }
  });

  test('processes that forked away, left zombies behind or ignore SIGTERM have ended when the gate has', async (t) => {
    const { run, summary, pid } = makeGate(t, {
      forked: { command: sh('(setsid sh -c \'setsid sh -c "echo \\$\\$ > forked; exec sleep 600" &\' &) ; until [ -s forked ]; do sleep 0.05; done') },
      zombie: { command: sh('sh -c \'true & echo $$ > zombie; exec sleep 600\' & until [ -s zombie ]; do sleep 0.05; done') },
      deaf: { command: sh("trap '' TERM HUP INT; echo $$ > deaf; while :; do sleep 1; done"), timeout: '1s' },
    }); // prettier-ignore
    run();
    assert.deepEqual(outcomes(summary()), {
      forked: 'pass',
      zombie: 'pass',
      deaf: 'fail ended at its time limit of 1s',
    });
    for (const name of ['forked', 'zombie', 'deaf']) {
      assert.ok(pid(name) > 0, name);
      await until(() => !isAlive(pid(name)));
    }
  });

  test('a command that closes its output goes on until its end, which decides', (t) => {
    const { run, summary, work } = makeGate(t, {
      well: { command: sh('exec >&- 2>&-; sleep 1; touch well') },
      badly: { command: sh('exec >&- 2>&-; sleep 1; exit 5') },
    });
    run();
    assert.deepEqual(outcomes(summary()), { well: 'pass', badly: 'fail exit code 5' });
    assert.ok(existsSync(join(work, 'well')));
  });

  test('control characters and bytes that are not UTF-8 stay in the log: none is in the summary, the metrics or on a terminal', async (t) => {
    const hostile = `printf '\\033[2J\\033]0;title\\007\\302\\233\\342\\200\\256reversed\\r\\377\\376 end\\n'`;
    const { run, summary, log, textfile, gate, argv, env } = makeGate(t, { one: { command: sh(`${hostile}; exit 3`) } });
    const { stdout, stderr } = run();
    assert.ok(log('one').startsWith('\u001B[2J\u001B]0;title\u0007\u009B\u202Ereversed\r\uFFFD\uFFFD end'), JSON.stringify(log('one')));
    assert.deepEqual(outcomes(summary()), { one: 'fail exit code 3' });
    for (const text of [stdout, stderr, textfile(), readText(join(gate, 'summary.json')), readText(join(gate, 'history.jsonl'))])
      assert.doesNotMatch(text, control);
    const shown = await runBeside(['script', '-qec', argv.join(' '), '/dev/null'], { ...env, TERM: 'xterm' });
    assert.match(shown.stdout, /reversed .* end/);
    // The line of progress is ours: its replacement, and the ends of lines of a terminal.
    const theirs = shown.stdout.replaceAll('\r\u001B[K', '').replaceAll('\r\n', '\n');
    assert.doesNotMatch(theirs, control);
  }); // prettier-ignore

  test('names that could leave their folder, or are no names, are refused; odd ones that are allowed work everywhere', (t) => {
    const { run, write, textfile, gate, summary } = makeGate(t, {});
    const phase = { command: ['true'] };
    const bad = ['..', '.hidden', 'a/b', '/etc/passwd', '', ' ', '-x', 'größe', 'a\nb', '\u001B[31m', 'a b', 'x'.repeat(65)];
    for (const name of bad) {
      write({ [name]: phase });
      const asPhase = run();
      assert.equal(asPhase.status, 2, name);
      assert.match(asPhase.stderr, /expected a name of letters, digits and _ \. @ : -, at most 64; got "/, name);
      assert.doesNotMatch(asPhase.stderr, control);
      write({ one: phase }, name);
      const asGate = run();
      assert.equal(asGate.status, 2, name);
      assert.match(asGate.stderr, /expected a name of letters, digits and _ \. @ : -, at most 64; got "/, name);
    }
    assert.ok(!existsSync(gate));
    const odd = ['a.b', 'a:b@c-d', 'summary.json', 'constructor', '_', 'X'.repeat(64)];
    write(Object.fromEntries(odd.map((name) => [name, phase])));
    assert.equal(run('--exit-code').status, 0);
    assert.deepEqual(summary().phases.map(({ name }) => name), odd);
    assert.equal(summary().verdict, 'pass');
    for (const name of odd) assert.ok(textfile().includes(`alpha_gate_phase_success{phase="${name}"} 1\n`), name);
    assert.deepEqual(readdirSync(join(gate, 'latest')).filter((name) => name.endsWith('.log')).length, odd.length);
  }); // prettier-ignore

  test('a coverage file that is no file, endless, too large or a bomb fails the phase at once, and says why', (t) => {
    const { run, work, write, summary } = makeGate(t, {});
    assert.equal(runProcess(['mkfifo', join(work, 'fifo')]).status, 0);
    symlinkSync('/dev/zero', join(work, 'endless'));
    mkdirSync(join(work, 'folder'));
    writeFileSync(join(work, 'large'), 'TN:\n');
    truncateSync(join(work, 'large'), 2 ** 30);
    const laughs = Array.from({ length: 30 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('');
    writeFileSync(join(work, 'bomb'), `<!DOCTYPE coverage [<!ENTITY l0 "9">${laughs}]><coverage lines-covered="&l30;" lines-valid="10"/>`);
    writeFileSync(join(work, 'deep'), '['.repeat(1_000_000).replace('[', '{"a":['));
    writeFileSync(join(work, 'more'), 'SF:a\nLF:10\nLH:11\nend_of_record\n');
    const reasons: Record<string, RegExp> = {
      fifo: /is not a regular file$/,
      endless: /is not a regular file$/,
      folder: /is not a regular file$/,
      large: /is too large to be read whole: 1073741824 bytes$/,
      bomb: /the cobertura file counts NaN covered of 10 lines$/,
      deep: /nested|deep/,
      more: /the lcov file counts 11 covered of 10 lines$/,
    };
    write(Object.fromEntries(Object.keys(reasons).map((name) => [name, { command: ['true'], coverage: name }])));
    run();
    const found = outcomes(summary());
    for (const [name, words] of Object.entries(reasons)) {
      assert.match(found[name] ?? '', /^fail its coverage file \/\S+ (cannot be used: |is )/);
      assert.match(found[name] ?? '', words);
    }
    assert.equal(summary().coverage_ratio, undefined);
  }); // prettier-ignore
});

describe('run-gate, ended early', () => {
  test('SIGTERM says what was ended, SIGHUP of a terminal that goes away ends the same; no process is left, the results of before stand', async (t) => {
    const { argv, env, write, summary, work } = makeGate(t, { one: { command: ['true'] } });
    const helper = join(work, 'far');
    writeFileSync(helper, '#!/bin/sh\nsleep 600\n', { mode: 0o755 });
    assert.equal((await runBeside(argv, env)).status, 0);
    const before = summary();
    write({ one: { command: sh(`trap '' HUP TERM; setsid ${helper} & ${helper}`) } });
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      const ended = await runBeside(argv, env, (pid) => {
        void until(() => processesOf(helper).length >= 3).finally(() => process.kill(pid, signal));
      });
      if (signal === 'SIGHUP') assert.equal(ended.signal, signal);
      else {
        assert.equal(ended.status, signal === 'SIGTERM' ? 143 : 130);
        assert.match(ended.stderr, /^ended before sh was through: [2-9] processes of that command ended with it$/m);
      }
      await until(() => processesOf(helper).length === 0);
      assert.deepEqual(summary(), before);
      // Whoever presses Ctrl+C knows of it; after any other end the next cycle says that the run was killed.
      const notes = readdirSync(join(work, '..', 'state', 'locks')).filter((name) => name.endsWith('.holder'));
      assert.equal(notes.length, signal === 'SIGINT' ? 0 : 1, signal);
    }
  });

  test('a terminal that is closed during a gate takes the gate and its processes along', async (t) => {
    const { argv, env, work, gate, write } = makeGate(t, {});
    const helper = join(work, 'far');
    writeFileSync(helper, '#!/bin/sh\nsleep 600\n', { mode: 0o755 });
    write({ one: { command: sh(`setsid ${helper} & ${helper}`) } });
    // script is the terminal: with its end, the kernel hangs up those that run in it.
    await runBeside(['script', '-qec', argv.join(' '), '/dev/null'], { ...env, TERM: 'xterm' }, (pid) => {
      void until(() => processesOf(helper).length >= 3).finally(() => process.kill(pid, 'SIGKILL'));
    });
    await until(() => processesOf(helper).length === 0);
    await until(() => processesOf(argv.at(-1) ?? '').length === 0);
    assert.ok(!existsSync(join(gate, 'summary.json')));
  });
});
