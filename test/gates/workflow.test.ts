// The example workflow of CI: its actions are pinned, and its step runs a gate and leaves the artifacts that it publishes.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

const text = readText(join(root, 'ops', 'examples', 'gate-workflow.yml'));
const { steps } = (parse(text) as { jobs: { gate: { steps: readonly Step[] } } }).jobs.gate;

describe('the example workflow', () => {
  test('pins every action by its commit, with the version beside it', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    assert.equal(used.length, 3);
    for (const action of used) assert.match(action, /^actions\/[a-z-]+@[\da-f]{40}$/);
    assert.equal(text.match(/@[\da-f]{40} # v\d+\.\d+\.\d+$/gm)?.length, 3);
  });

  test('its step runs the gate, fails with the gate, and leaves the artifacts that the last step publishes', (t) => {
    const folder = temporaryFolder(t);
    const [repository, bin] = [join(folder, 'repository'), join(folder, 'bin')];
    for (const path of [repository, bin, join(folder, 'temp')]) mkdirSync(path);
    const program = join(bin, 'ops-monitor');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${root}/dist/ops-monitor.cjs' "$@"\n`);
    chmodSync(program, 0o755);
    writeFileSync(
      join(repository, 'gate.yaml'),
      `gate-runs: { alpha: { folder: WORKSPACE, artifacts: WORKSPACE/logs/alpha_gate, phases: { build: { command: [sh, -c, 'echo built; test ! -e broken'] } } } }\n`,
    );
    const script = steps.find(({ name }) => name === 'gate')?.run ?? assert.fail('no step is named gate');
    const env = { ...environmentIn(folder), PATH: `${bin}:${process.env['PATH']}`, RUNNER_TEMP: join(folder, 'temp') };
    // As GitHub runs a step.
    const step = () => runProcess(['bash', '-e', '-o', 'pipefail', '-c', script], env, repository);
    const passed = step();
    assert.equal(passed.status, 0, passed.stderr);
    const published = join(repository, steps.at(-1)?.with?.['path'] ?? '');
    assert.equal(readText(join(published, 'build.log')), 'built\n');
    for (const name of ['summary.json', 'alpha_gate.prom']) assert.ok(existsSync(join(published, name)), name);
    writeFileSync(join(repository, 'broken'), '');
    assert.equal(step().status, 1);
    assert.match(readText(join(published, 'summary.json')), /"verdict": "fail"/);
  });
});
