import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ageOf, isDueAgain, isStale, latestTime, secondsSince } from '../../lib/core/age.ts';

const now = new Date('2026-11-20T12:00:00Z');
const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

describe('core/age', () => {
  test('ageOf returns seconds, for a Date and for an ISO string', () => {
    assert.deepEqual(ageOf(after(-90.5), now), { seconds: 90.5 });
    assert.deepEqual(ageOf('2026-11-20T11:00:00Z', now), { seconds: 3600 });
  });

  test('ageOf treats a time up to 300 s ahead as now, and returns how far a later time is ahead', () => {
    assert.deepEqual(ageOf(after(300), now), { seconds: 0 });
    assert.deepEqual(ageOf(after(301), now), { aheadSeconds: 301 });
    assert.equal(latestTime(now).getTime(), after(300).getTime());
  });

  test('ageOf returns neither value for a missing or invalid time', () => {
    for (const then of [undefined, '', 'yesterday', new Date(Number.NaN)]) assert.deepEqual(ageOf(then, now), {});
  });

  test('isStale accepts an age up to the limit, and no future or missing time', () => {
    const stale = [after(-61), after(301), undefined, 'yesterday'].map((then) => isStale(ageOf(then, now), 60));
    assert.deepEqual(stale, [true, true, true, true]);
    assert.deepEqual(
      [after(-60), after(300)].map((then) => isStale(ageOf(then, now), 60)),
      [false, false],
    );
  });

  test('isDueAgain is true after the interval, the first time, and after the clock was set back', () => {
    const due = [undefined, after(-60), after(1), after(-59)].map((last) => isDueAgain(last, 60, now));
    assert.deepEqual(due, [true, true, true, false]);
    assert.equal(secondsSince(after(1), now), -1);
  });
});
