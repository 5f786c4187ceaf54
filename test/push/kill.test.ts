// push-metrics killed with SIGKILL at random moments: what lies in the outbox is whole, and reaches the server with the next run.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { killAtRandom } from '../killing.ts';
import { readText } from '../world.ts';
import { accepted, makeSite, serveGateway } from './gateway.ts';

const textOf = (round: number): string => `round ${round}\n`;

describe('push-metrics, killed', () => {
  test('at random moments', async (t) => {
    const { pushed, url } = await serveGateway(t, accepted);
    const { argvOf, env, run, put, outbox, waiting, dead } = makeSite(t, `{ url: "${url}" }`);
    let left = 0;
    await killAtRandom(
      t,
      argvOf('push-metrics', [put('')]),
      env,
      async (when, { round, isKilled }) => {
        const text = textOf(round);
        const names = waiting();
        assert.ok(names.length <= 1, `${when}: ${names.join()}`);
        for (const name of names)
          assert.equal((JSON.parse(readText(join(outbox, name))) as { text: string }).text, text, when);
        left += names.length;
        const flushed = await run('--flush');
        assert.equal(flushed.status, 0, flushed.stderr);
        assert.deepEqual([waiting(), dead()], [[], []], when);
        const last = pushed.at(-1)?.body.toString();
        if (names.length > 0 || !isKilled) assert.equal(last, text, when);
        else assert.ok(last === text || !pushed.some(({ body }) => body.toString() === text), `${when}: ${last}`);
      },
      { most: 50, prepare: (round) => void put(textOf(round)) },
    );
    t.diagnostic(`after ${left} of the kills the push waited`);
  });
});
