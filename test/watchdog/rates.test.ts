import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { countRestarts, cpuSecondsSince, increaseOf, type Ticks } from '../../lib/watchdog/rates.ts';

/** The run before was 100 s after the boot, at clock tick 10,000. */
const uptimeBefore = 100;
const old = 500;
const fresh = 10_500;

const process = (pid: number, parent: number, own: number, reaped = 0, started = old): Ticks => ({
  pid,
  parent,
  started,
  own,
  reaped,
});

describe('watchdog/rates', () => {
  test('CPU time is what all processes used since the run before, in seconds', () => {
    const before = [process(10, 1, 300), process(11, 10, 50)];
    assert.equal(cpuSecondsSince(before, [process(10, 1, 450), process(11, 10, 75)], uptimeBefore), 1.75);
    assert.equal(cpuSecondsSince(before, before, uptimeBefore), 0);
  });

  test('a child that began and ended in between counts once, by the time that its parent reaped', () => {
    assert.equal(cpuSecondsSince([process(10, 1, 300, 20)], [process(10, 1, 300, 220)], uptimeBefore), 2);
  });

  test('a child that ended counts only what it used since the run before', () => {
    const before = [process(10, 1, 300), process(11, 10, 5000, 40)];
    assert.equal(cpuSecondsSince(before, [process(10, 1, 300, 5190)], uptimeBefore), 1.5);
  });

  test('a grandchild that ended together with its parent counts only what it used since the run before', () => {
    const before = [process(10, 1, 300), process(11, 10, 100), process(12, 11, 900)];
    assert.equal(cpuSecondsSince(before, [process(10, 1, 300, 1300)], uptimeBefore), 3);
  });

  test('children that nobody waited for take nothing from their parent', () => {
    const before = [process(10, 1, 300), process(11, 10, 5000)];
    assert.equal(cpuSecondsSince(before, [process(10, 1, 400)], uptimeBefore), 1);
  });

  test('a process that began since counts whole', () => {
    const now = [process(10, 1, 300), process(11, 10, 60, 40, fresh)];
    assert.equal(cpuSecondsSince([process(10, 1, 300)], now, uptimeBefore), 1);
  });

  test('a pid that was given to a new process counts that process alone', () => {
    assert.equal(cpuSecondsSince([process(10, 1, 90_000)], [process(10, 1, 200, 0, fresh)], uptimeBefore), 2);
  });

  test('a process that is older than the run before and new in the service makes the rate unknown', () => {
    assert.equal(
      cpuSecondsSince([process(10, 1, 300)], [process(10, 1, 310), process(20, 1, 7000)], uptimeBefore),
      undefined,
    );
    assert.equal(cpuSecondsSince([], [process(20, 1, 7000)], uptimeBefore), undefined);
  });

  test('parents that form a ring end the search', () => {
    const before = [process(10, 11, 1), process(11, 10, 1), process(12, 11, 1)];
    assert.equal(cpuSecondsSince(before, [], uptimeBefore), 0);
  });

  test('a counter that went back has no increase', () => {
    assert.equal(increaseOf(4_294_967_000, 500), undefined);
    assert.equal(increaseOf(undefined, 500), undefined);
    assert.equal(increaseOf(500, 500), 0);
  });

  test('a restart is another main process, also after a run in which there was none', () => {
    const first = countRestarts(undefined, [process(10, 1, 0)]);
    assert.equal(first.count, 0);
    assert.equal(countRestarts(first, [process(10, 1, 0)]).count, 0);
    assert.equal(countRestarts(first, [process(20, 1, 0)]).count, 1);
    assert.equal(countRestarts(first, [process(10, 1, 0, 0, fresh)]).count, 1, 'the same pid, another process');
    const stopped = countRestarts(first, []);
    assert.equal(stopped.count, 0);
    assert.equal(countRestarts(stopped, [process(20, 1, 0)]).count, 1);
    assert.equal(countRestarts(first, [process(10, 1, 0), process(20, 1, 0)]).count, 0, 'one of two is left');
  });
});
