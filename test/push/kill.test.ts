// push-metrics killed with SIGKILL at random moments: what lies in the outbox is whole, and reaches the server with the next run.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { isWhole, randomOf, seedOf } from '../chance.ts';
import { killNow } from '../process.ts';
import { readText } from '../world.ts';
import { accepted, makeSite, serveGateway } from './gateway.ts';

describe('push-metrics, killed', () => {
  test('at random moments', async (t) => {
    const most = isWhole ? 50 : 12;
    const random = randomOf(seedOf(t));
    const { pushed, url } = await serveGateway(t, accepted);
    const { start, run, put, outbox, waiting, dead } = makeSite(t, `{ url: "${url}" }`);
    const began = performance.now();
    assert.equal((await run(put('round 0\n'))).status, 0);
    const usualMs = performance.now() - began;

    let [killed, left] = [0, 0];
    for (let round = 1; killed < most; round++) {
      assert.ok(round < 10 * most, `only ${killed} of ${round} runs were killed in time`);
      const when = `round ${round}`;
      const text = `round ${round}\n`;
      let timer: NodeJS.Timeout | undefined;
      const { signal, status, stderr } = await start('push-metrics', [put(text)], {
        started: (pid) => (timer = setTimeout(killNow, random() * 1.1 * usualMs, pid)),
      });
      clearTimeout(timer);
      if (signal === 'SIGKILL') killed += 1;
      else assert.equal(status, 0, stderr);
      const names = waiting();
      assert.ok(names.length <= 1, `${when}: ${names.join()}`);
      for (const name of names) assert.equal((JSON.parse(readText(join(outbox, name))) as { text: string }).text, text, when);
      left += names.length;
      const flushed = await run('--flush');
      assert.equal(flushed.status, 0, flushed.stderr);
      assert.deepEqual([waiting(), dead()], [[], []], when);
      const last = pushed.at(-1)?.body.toString();
      if (names.length > 0 || signal !== 'SIGKILL') assert.equal(last, text, when);
      else assert.ok(last === text || !pushed.some(({ body }) => body.toString() === text), `${when}: ${last}`);
    }
    t.diagnostic(`${killed} kills, after ${left} of which the push waited`);
  });
}); // prettier-ignore
