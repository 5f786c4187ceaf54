// The coverage of a drill: which runs were due, and which of them took place.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { coverDrill } from '../../lib/rehearsal/drill.ts';

const drill = { start: '2026-11-20T06:00:00.000Z', every: 3600, for: 48 * 3600 };
const after = (hours: number): string => new Date(Date.parse(drill.start) + hours * 3_600_000).toISOString();
const cover = (hours: number, runs: readonly number[], more = {}) => {
  const {
    due_runs,
    runs: took,
    coverage_ratio,
    runs_outside,
  } = coverDrill({ ...drill, ...more }, runs.map(after), new Date(after(hours)));
  return [due_runs, took, coverage_ratio, runs_outside];
};

describe('rehearsal/drill', () => {
  test('no run is due before the drill, nor in its first period, and then there is no share', () => {
    assert.deepEqual(cover(-1, [-1.5]), [0, 0, undefined, 1]);
    assert.deepEqual(cover(0.5, []), [0, 0, undefined, 0]);
  });

  test('the present period is due once it is covered', () => {
    assert.deepEqual(cover(2.5, [0, 1.2]), [2, 2, 1, 0]);
    assert.deepEqual(cover(2.5, [0, 1.2, 2.5]), [3, 3, 1, 0]);
    assert.deepEqual(cover(3, [0, 1.2]), [3, 2, 2 / 3, 0]);
  });

  test('two runs in a period cover one, and runs outside the drill are counted by themselves', () => {
    assert.deepEqual(cover(4, [-0.1, 0.1, 0.9, 3.99]), [4, 2, 0.5, 1]);
    assert.deepEqual(cover(60, [0, 47.9, 48, 50]), [48, 2, 2 / 48, 2]);
  });

  test('a last period that is shorter than the others is due, and ends with the drill', () => {
    assert.deepEqual(cover(60, [0, 20, 40, 47], { every: 20 * 3600 }), [3, 3, 1, 0]);
    assert.deepEqual(cover(47, [0, 20], { every: 20 * 3600 }), [2, 2, 1, 0]);
  });

  test('a run from the future, of a clock that was set back, covers nothing', () => {
    assert.deepEqual(cover(1.5, [0, 5]), [1, 1, 1, 0]);
  });
});
