// Kills a command with SIGKILL at random moments of its run, again and again.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { isWhole, randomOf, seedOf } from './chance.ts';
import { killNow, runBeside } from './process.ts';

interface Killing {
  /** Kills in `npm run test:real`; 12 in `npm test`. */
  readonly most?: number;
  /** Called before each run. */
  readonly prepare?: (round: number) => void;
}

/** Runs the command until it was killed so often, and calls `verify` after each run, also one that ended before its kill: that
 * must have succeeded. The first run is not killed. Returns how many were. */
export async function killAtRandom(
  t: TestContext,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  verify: (when: string, run: { readonly round: number; readonly isKilled: boolean }) => void | Promise<void>,
  { most = 200, prepare = () => undefined }: Killing = {},
): Promise<number> {
  const wanted = isWhole ? most : 12;
  const random = randomOf(seedOf(t));
  /** The time of a run changes with what else the machine does: one that ended before its kill corrects it. */
  let usualMs = 0;
  let killed = 0;
  for (let round = 0; killed < wanted; round++) {
    assert.ok(round < 10 * wanted, `only ${killed} of ${round} runs were killed in time`);
    prepare(round);
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const { signal, status, stderr } = await runBeside(argv, env, (pid) => {
      if (round > 0) timer = setTimeout(killNow, random() * 1.1 * usualMs, pid);
    });
    clearTimeout(timer);
    const isKilled = signal === 'SIGKILL';
    if (isKilled) killed += 1;
    else {
      assert.equal(status, 0, stderr);
      const ms = performance.now() - start;
      usualMs = round === 0 ? ms : (usualMs + ms) / 2;
    }
    await verify(`round ${round}`, { round, isKilled });
  }
  t.diagnostic(`${killed} kills`);
  return killed;
}
