// run-boot killed with SIGKILL at random moments: the last complete results stand, and no process of an unfinished start is left.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { BootSummary } from '../../lib/boot/files.ts';
import { killAtRandom } from '../killing.ts';
import { environmentIn, processesOf, root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

describe('run-boot, killed', () => {
  test('at random moments', async (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, 'config.yaml');
    const state = join(folder, 'state');
    // Its name in the command lines tells the processes of this test from others.
    const helper = join(folder, 'far');
    writeFileSync(helper, '#!/bin/sh\nsleep 300\n', { mode: 0o755 });
    const sh = (script: string): string[] => ['sh', '-c', script];
    const components = {
      // Its start fails, and so leaves nothing in a complete boot either.
      one: { start: sh(`setsid ${helper} & sleep 0.05; echo one; exit 1`), retries: 1, 'back-off': '50ms' },
      two: { start: sh('echo two'), ready: { command: sh(`${helper} & sleep 0.1`) } },
    };
    writeFileSync(config, JSON.stringify({ files: { state }, boot: { components } }));
    const env = environmentIn(folder);
    const argv = [process.execPath, join(root, 'dist', 'run-boot.cjs'), '--config', config];
    const boot = join(state, 'monitoring', 'boot');
    assert.equal(runProcess(argv, env).status, 0);
    await killAtRandom(t, argv, env, async (when) => {
      const { components: results, artifacts } = JSON.parse(readText(join(boot, 'summary.json'))) as BootSummary;
      assert.deepEqual(
        results.map(({ name, outcome, attempts }) => [name, outcome, attempts.length]),
        [
          ['one', 'failed', 2],
          ['two', 'ready', 1],
        ],
        when,
      );
      // The newest boot may be complete before the summary names it.
      assert.ok(existsSync(artifacts), `${when}: ${artifacts}`);
      const latest = join(boot, readlinkSync(join(boot, 'latest')));
      assert.equal(readText(join(latest, 'one.2.log')), 'one\n', when);
      assert.equal(readText(join(latest, 'two.1.log')), 'two\n', when);
      assert.match(readText(join(latest, 'timeline.svg')), /<\/svg>\n$/, when);
      assert.match(readText(join(state, 'textfiles', 'boot_metrics.prom')), /^boot_retries 1$/m);
      const lines = readText(join(boot, 'history.jsonl')).trimEnd().split('\n');
      for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown, when);
      await until(() => processesOf(helper).length === 0);
    });
    assert.equal(runProcess(argv, env).status, 0);
    const unfinished = readdirSync(join(boot, 'runs')).filter((name) => name.endsWith('.unfinished'));
    assert.deepEqual(unfinished, []);
  });
});
