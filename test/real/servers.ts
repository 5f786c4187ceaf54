// Servers of real tests: programs that run until the test ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { end } from '../process.ts';
import { until } from '../world.ts';

/** Runs a program until the test ends; it has begun when its port answers. */
export async function startServer(
  t: TestContext,
  program: string,
  argv: readonly string[],
  url: string,
): Promise<void> {
  const child = spawn(program, argv, { stdio: 'ignore' });
  t.after(() => end(child));
  await until(async () => {
    assert.equal(child.exitCode, null, `${program} ended`);
    return fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  });
}
