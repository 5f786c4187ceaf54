import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { backOffSeconds } from '../../lib/boot/back-off.ts';
import { findCycle, stepsOf } from '../../lib/boot/order.ts';

const of = (dependencies: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(dependencies));

describe('boot/order', () => {
  test('a cycle is found with its whole path, wherever it lies', () => {
    const cases: [Readonly<Record<string, readonly string[]>>, string | undefined][] = [
      [{ a: ['a'] }, 'a a'],
      [{ a: ['b'], b: ['a'] }, 'a b a'],
      [{ web: ['app'], app: ['db', 'cache'], cache: [], db: ['proxy'], proxy: ['app'] }, 'app db proxy app'],
      [{ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] }, undefined],
      [{ a: ['gone'] }, undefined],
    ];
    for (const [dependencies, cycle] of cases) assert.equal(findCycle(of(dependencies))?.join(' '), cycle);
  });

  test('components of one step are those whose dependencies all lie in earlier steps', () => {
    assert.deepEqual(stepsOf(of({ web: ['app', 'cache'], app: ['db'], cache: [], db: [] })), [
      ['cache', 'db'],
      ['app'],
      ['web'],
    ]);
  });

  test('a hundred components in a row, each waiting for the one before, are searched at once', () => {
    const names = Array.from({ length: 100 }, (_, index) => `c${index}`);
    const all = of(Object.fromEntries(names.map((name, index) => [name, names.slice(0, index)])));
    assert.equal(findCycle(all), undefined);
    assert.equal(stepsOf(all).length, 100);
  });
});

test('the pause before a retry doubles, and is at most 15 minutes', () => {
  assert.deepEqual([1, 2, 3, 8, 9, 1000].map((retry) => backOffSeconds(5, retry)), [5, 10, 20, 640, 900, 900]); // prettier-ignore
  assert.equal(backOffSeconds(0, 7), 0);
});
