// run-gate killed with SIGKILL at random moments: the last complete results stand, and no process of a phase is left.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { killAtRandom } from '../killing.ts';
import { environmentIn, processesOf, root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

interface Summary {
  readonly verdict: string;
  readonly artifacts: string;
  readonly phases: readonly { readonly name: string }[];
}

describe('run-gate, killed', () => {
  test('at random moments', async (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, 'config.yaml');
    const state = join(folder, 'state');
    // Its name in the command lines tells the processes of this test from others.
    const helper = join(folder, 'far');
    writeFileSync(helper, '#!/bin/sh\nsleep 300\n', { mode: 0o755 });
    writeFileSync(
      config,
      `files: { state: ${state} }
gate-runs:
  alpha:
    folder: ${folder}
    keep: 10
    phases:
      one: { command: [sh, -c, "setsid ${helper} & sleep 0.05; echo one"] }
      two: { command: [sh, -c, "sleep 0.1; echo two"] }
`,
    );
    const env = environmentIn(folder);
    const argv = [process.execPath, join(root, 'dist', 'run-gate.cjs'), '--config', config];
    const gate = join(state, 'monitoring', 'gates', 'alpha');
    assert.equal(runProcess(argv, env).status, 0);
    await killAtRandom(t, argv, env, async (when) => {
      const { verdict, phases, artifacts } = JSON.parse(readText(join(gate, 'summary.json'))) as Summary;
      assert.equal(verdict, 'pass', when);
      assert.deepEqual(
        phases.map(({ name }) => name),
        ['one', 'two'],
        when,
      );
      // The newest run may be complete before the summary names it.
      assert.ok(existsSync(artifacts), `${when}: ${artifacts}`);
      const latest = join(gate, readlinkSync(join(gate, 'latest')));
      assert.equal(readText(join(latest, 'one.log')), 'one\n', when);
      assert.equal(readText(join(latest, 'two.log')), 'two\n', when);
      assert.match(readText(join(state, 'textfiles', 'alpha_gate.prom')), /^alpha_gate_success 1$/m);
      const lines = readText(join(gate, 'history.jsonl')).trimEnd().split('\n');
      for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown, when);
      await until(() => processesOf(helper).length === 0);
    });
    assert.equal(runProcess(argv, env).status, 0);
    const names = readdirSync(join(gate, 'runs'));
    assert.ok(names.length >= 2 && names.length <= 10, names.join());
    assert.deepEqual(
      names.filter((name) => name.endsWith('.unfinished')),
      [],
    );
  });
});
