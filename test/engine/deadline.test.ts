import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TimedOut } from '../../lib/contract/errors.ts';
import { lanes } from '../../lib/core/lanes.ts';
import { withDeadline } from '../../lib/engine/deadline.ts';

const never = (): Promise<never> => new Promise(() => {});
/** Far more than a busy machine takes, and far less than the deadlines that must not count. */
const soon = 5000;

/** Resolves with a partial result when aborted. */
const satisfied = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('half an answer')));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describe('engine/deadline', () => {
  test('work that ends in time returns its result, and its signal is not aborted', async () => {
    let seen: AbortSignal | undefined;
    const answer = await withDeadline(60_000, 'the clock', async (signal) => {
      seen = signal;
      await sleep(5);
      return 42;
    });
    assert.equal(answer, 42);
    assert.equal(seen?.aborted, false);
  });

  test('work that fails in time, or throws synchronously, fails with its own error', async () => {
    const own = new Error('no such file');
    const throws = (): never => {
      throw own;
    };
    for (const work of [() => Promise.reject(own), throws])
      await assert.rejects(withDeadline(60_000, 'the clock', work), own);
  });

  test('work that hangs is ended at its deadline, and the message names the work and the deadline', async () => {
    const took = await timed(() =>
      assert.rejects(withDeadline(50, 'filesystems: archive', never), (error) => {
        assert.ok(error instanceof TimedOut);
        assert.equal(error.message, 'filesystems: archive did not answer within 50ms');
        return true;
      }),
    );
    assert.ok(took >= 40 && took < soon, `after ${took} ms`);
  });

  test('the deadline aborts the signal with a TimedOut as its reason', async () => {
    let seen: AbortSignal | undefined;
    await assert.rejects(
      withDeadline(20, 'the clock', (signal) => {
        seen = signal;
        return never();
      }),
    );
    assert.equal(seen?.aborted, true);
    assert.ok(seen.reason instanceof TimedOut);
  });

  test('the error or result of aborted work is ignored: the work timed out', async () => {
    const obedient = (signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('The operation was aborted')));
      });
    await assert.rejects(withDeadline(20, 'the clock', obedient), TimedOut);
    await assert.rejects(withDeadline(20, 'the clock', satisfied), TimedOut);
  });

  test('a grace period lets aborted work return a partial result', async () => {
    assert.equal(await withDeadline(20, 'the clock', satisfied, soon), 'half an answer');
    await assert.rejects(withDeadline(20, 'the clock', never, 20), /the clock did not answer within 20ms$/);
  });

  test('work that fails long after its deadline causes no unhandled rejection', async () => {
    const late = async (): Promise<never> => {
      await sleep(60);
      throw new Error('much too late');
    };
    await assert.rejects(withDeadline(10, 'the clock', late), TimedOut);
    // An unhandled rejection would fail this test.
    await sleep(120);
  });

  test('a deadline of seconds is printed in seconds', async () => {
    await assert.rejects(withDeadline(1000, 'the clock', never), /the clock did not answer within 1s$/);
  });

  /** Works on each item for a few milliseconds; returns the order of starts and the most that ran in parallel. */
  async function observe(items: readonly number[], width: number, ms: (item: number) => number = () => 5) {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    const lane = lanes(width);
    const work = async (item: number) => {
      begun.push(item);
      now += 1;
      most = Math.max(most, now);
      await sleep(ms(item));
      now -= 1;
    };
    await Promise.all(items.map((item) => lane(() => work(item))));
    return { begun, most, left: now };
  }

  test('lanes run as many tasks in parallel as their width, and never more', async () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    assert.deepEqual(await observe(items, 3), { begun: items, most: 3, left: 0 });
    assert.deepEqual(await observe(items, 1), { begun: items, most: 1, left: 0 });
  });

  test('lanes wider than the number of tasks start all tasks at once', async () => {
    assert.deepEqual(await observe([1, 2, 3], 64), { begun: [1, 2, 3], most: 3, left: 0 });
  });

  test('lanes without tasks resolve', async () => {
    assert.deepEqual(await observe([], 4), { begun: [], most: 0, left: 0 });
  });

  test('a slow task delays only the tasks in its own lane', async () => {
    const items = Array.from({ length: 10 }, (_, index) => index);
    const took = await timed(async () => {
      const { begun } = await observe(items, 2, (item) => (item === 0 ? 300 : 1));
      assert.deepEqual(begun, items);
    });
    assert.ok(took < soon, `after ${took} ms`);
  });
});
