// Kills a command with SIGKILL at random moments of its run, again and again.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { isWhole, randomOf, seedOf } from './chance.ts';
import { killNow, runBeside } from './process.ts';

/** Runs the command until it was killed 200 times (12 in `npm test`), and calls `verify` after each run, also one that ended
 * before its kill: that must have succeeded. The command has run once before, and well. */
export async function killAtRandom(
  t: TestContext,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  verify: (when: string) => void | Promise<void>,
): Promise<void> {
  const most = isWhole ? 200 : 12;
  const random = randomOf(seedOf(t));
  const began = performance.now();
  const whole = await runBeside(argv, env);
  assert.equal(whole.status, 0, whole.stderr);
  // The time of a run changes with what else the machine does: one that ended before its kill corrects it.
  let usualMs = performance.now() - began;
  let killed = 0;
  for (let round = 0; killed < most; round++) {
    assert.ok(round < 10 * most, `only ${killed} of ${round} runs were killed in time`);
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const { signal, status, stderr } = await runBeside(argv, env, (pid) => {
      timer = setTimeout(killNow, random() * 1.1 * usualMs, pid);
    });
    clearTimeout(timer);
    if (signal === 'SIGKILL') killed += 1;
    else {
      assert.equal(status, 0, stderr);
      usualMs = (usualMs + (performance.now() - start)) / 2;
    }
    await verify(`round ${round}`);
  }
  t.diagnostic(`${killed} kills`);
}
