// run-gate as a person and a CI job run it: the installed bundle, with real commands.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { parseGateSummary, ownMapping } from '../../lib/parse/gate.ts';
import { environmentIn, killNow, processesOf, root, runBeside, runBundle } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

interface Summary {
  readonly verdict: string;
  readonly reason?: string;
  readonly phases: readonly { name: string; outcome: string; reason?: string; coverage_ratio?: number }[];
}

function makeGate(t: TestContext, phases: string, more = '') {
  const folder = temporaryFolder(t);
  const work = join(folder, 'work');
  mkdirSync(work);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  writeFileSync(
    config,
    `files: { state: ${state} }\ngate-runs:\n  alpha:\n    folder: ${work}\n${more}    phases:\n${phases}`,
  );
  const env = environmentIn(folder);
  const gate = join(state, 'monitoring', 'gates', 'alpha');
  return {
    work,
    gate,
    config,
    env,
    state,
    run: (...argv: string[]) => runBundle('run-gate', [...argv, '--config', config], env),
    summary: () => JSON.parse(readText(join(gate, 'summary.json'))) as Summary,
    textfile: () => readText(join(state, 'textfiles', 'alpha_gate.prom')),
  };
}

const sh = (script: string, more = ''): string => `{ command: [sh, -c, ${JSON.stringify(script)}]${more} }\n`;

describe('run-gate', () => {
  test('a gate whose phases all succeed passes, with durations, coverage and output', (t) => {
    const { run, summary, textfile, gate } = makeGate(
      t,
      `      build: ${sh('echo built')}      test: ${sh('printf "SF:a\\nLF:8\\nLH:6\\nend_of_record\\n" > lcov.info', ', coverage: lcov.info')}`,
    );
    const { status, stdout, stderr } = run('alpha', '--json');
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as Summary).verdict, 'pass');
    assert.deepEqual(
      summary().phases.map(({ name, outcome, coverage_ratio }) => [name, outcome, coverage_ratio]),
      [
        ['build', 'pass', undefined],
        ['test', 'pass', 0.75],
      ],
    );
    assert.equal(readText(join(gate, 'latest', 'build.log')), 'built\n');
    const metrics = textfile();
    assert.match(metrics, /^alpha_gate_success 1$/m);
    assert.match(metrics, /^alpha_gate_coverage_ratio 0\.75$/m);
    assert.match(metrics, /^alpha_gate_phase_success\{phase="build"\} 1$/m);
    assert.match(metrics, /^alpha_gate_phase_duration_seconds\{phase="test"\} [\d.]+$/m);
    assert.match(metrics, /^alpha_gate_last_run_timestamp_seconds \d+(\.\d+)?$/m);
    assert.equal(readText(join(gate, 'latest', 'alpha_gate.prom')), metrics);
  });

  test('its summary is what the section `gates` of the snapshot reads', (t) => {
    const { run, gate } = makeGate(t, `      lint: ${sh('exit 1')}`);
    run('alpha');
    const { verdict, reason, counts } = parseGateSummary(readText(join(gate, 'summary.json')), ownMapping);
    assert.equal(verdict, 'fail');
    assert.equal(reason, 'lint: exit code 1');
    assert.deepEqual(counts, { phases: 1, phases_passed: 0, phases_failed: 1, phases_skipped: 0 });
  });

  test('stops at the first required phase that fails, and a phase that is not required stops nothing', (t) => {
    const phases = `      style: ${sh('exit 2', ', required: false')}      build: ${sh('exit 3')}      test: ${sh('echo never')}`;
    const { run, summary } = makeGate(t, phases);
    const { status, stdout, stderr } = run();
    assert.equal(status, 0, 'the run itself succeeded');
    assert.equal(stdout, '');
    // In CI and in the journal: a line for each phase, then the line of the run.
    const [style = '', build = '', ...others] = stderr.split('\n');
    assert.match(style, /^style: fail \([\d.]+m?s\): exit code 2$/);
    assert.match(build, /^build: fail \([\d.]+m?s\): exit code 3$/);
    assert.equal(others[0], 'test: skipped: a required phase before it failed');
    assert.match(others[1] ?? '', /^\{"stage":"run-gate@alpha"/);
    assert.equal(run('--exit-code').status, 1);
    assert.equal(summary().verdict, 'fail');
    assert.equal(summary().reason, 'build: exit code 3');
    assert.deepEqual(
      summary().phases.map(({ outcome }) => outcome),
      ['fail', 'fail', 'skipped'],
    );
    const onward = makeGate(t, phases, '    stop-at-failure: false\n');
    onward.run();
    assert.deepEqual(
      onward.summary().phases.map(({ outcome }) => outcome),
      ['fail', 'fail', 'pass'],
    );
    const mild = makeGate(t, `      style: ${sh('exit 2', ', required: false')}`);
    mild.run();
    assert.equal(mild.summary().verdict, 'pass');
  });

  test('says why a phase failed: too slow, not there, killed, no coverage file', (t) => {
    const cases: [string, RegExp][] = [
      [sh('sleep 60', ', timeout: 1s'), /^ended at its time limit of 1s$/],
      ['{ command: [/nowhere/program] }\n', /^\/nowhere\/program was not found \(exit code 127\)$/],
      [sh('kill -9 $$'), /^exit code 137$/],
      [sh('true', ', coverage: missing.info'), /^its coverage file \S+\/missing\.info does not exist$/],
      [
        sh('printf "SF:a\\nLF:8\\nLH:6\\nend_of_record\\n" > c; touch -d "1 hour ago" c', ', coverage: c'),
        /^its coverage file \S+\/c is of an earlier run: it was written at /,
      ],
      [sh('echo nonsense > c', ', coverage: c'), /cannot be used: it is no coverage file that is known/],
    ];
    for (const [phase, words] of cases) {
      const { run, summary } = makeGate(t, `      one: ${phase}`);
      run();
      const [found] = summary().phases;
      assert.equal(found?.outcome, 'fail', phase);
      assert.match(found?.reason ?? '', words);
    }
  });

  test('runs are kept by count, and --history shows them', (t) => {
    const { run, gate } = makeGate(t, `      one: ${sh('test ! -e fail')}`, '    keep: 2\n');
    for (let count = 0; count < 4; count++) assert.equal(run().status, 0);
    const runs = readdirSync(join(gate, 'runs')).sort();
    assert.equal(runs.length, 2);
    assert.equal(readlinkSync(join(gate, 'latest')), `runs/${runs[1]}`);
    const { stdout } = run('--history');
    assert.match(stdout, /^gate alpha: 4 of 4 runs passed, in .* \(median\)\n/);
    assert.equal(stdout.match(/^ {2}\S.* pass /gm)?.length, 4);
    assert.equal((JSON.parse(run('--history', '--json').stdout) as unknown[]).length, 4);
  });

  test('a gate that is not configured is refused with the one that was meant; a dry run runs nothing', (t) => {
    const { run, work } = makeGate(t, `      one: ${sh('touch done')}`);
    const wrong = run('alfa');
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /there is no gate alfa; did you mean alpha\?/);
    const dry = run('--dry-run');
    const { plan } = JSON.parse(run('--dry-run', '--json').stdout) as { plan: string[] };
    assert.deepEqual(plan, dry.stdout.trimEnd().split('\n'));
    assert.match(dry.stdout, /would run one \(at most 10m\): sh -c touch done/);
    assert.ok(!existsSync(join(work, 'done')));
  });

  test('two gates that would share a textfile are refused', (t) => {
    const { run, config } = makeGate(t, `      one: ${sh('true')}`);
    const text = readText(config);
    const gate = text.slice(text.indexOf('  alpha:'));
    writeFileSync(config, text + gate.replace('alpha:', 'a-b:') + gate.replace('alpha:', 'a_b:'));
    const { status, stderr } = run('a-b');
    assert.equal(status, 2);
    assert.match(stderr, /gate-runs: two gates would have one textfile, as `a-b` and `a_b` do: rename one/);
  });

  test('SIGTERM ends all processes of the phase, and the last complete result stands', async (t) => {
    const { run, summary, gate, config, env, work } = makeGate(
      t,
      `      one: ${sh('if [ -e slow ]; then setsid sleep 987 & sleep 987; fi')}`,
    );
    run();
    const before = readlinkSync(join(gate, 'latest'));
    writeFileSync(join(work, 'slow'), '');
    const argv = [process.execPath, join(root, 'dist', 'run-gate.cjs'), '--config', config];
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const sleeping = () => processesOf('sleep 987').length;
      const ended = await runBeside(argv, env, (pid) => {
        void until(() => sleeping() >= 2).finally(() =>
          signal === 'SIGTERM' ? process.kill(pid, signal) : killNow(pid),
        );
      });
      assert.ok(ended.status === 143 || ended.signal === signal, ended.stderr);
      await until(() => sleeping() === 0);
      assert.equal(readlinkSync(join(gate, 'latest')), before);
      assert.equal(summary().verdict, 'pass');
    }
    run('--dry-run');
    writeFileSync(join(work, 'slow'), '');
    const { unlinkSync } = await import('node:fs');
    unlinkSync(join(work, 'slow'));
    assert.equal(run().status, 0);
    const left = readdirSync(join(gate, 'runs')).filter((name) => name.endsWith('.unfinished'));
    assert.deepEqual(left, []);
    assert.equal(readFileSync(join(gate, 'history.jsonl'), 'utf8').trimEnd().split('\n').length, 2);
  });
});
