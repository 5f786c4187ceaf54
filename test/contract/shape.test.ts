import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  anyObject,
  boolean,
  fits,
  instant,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  scalar,
  shapeProblem,
  string,
} from '../../lib/contract/shape.ts';

const shape = object({
  count: number,
  outcome: oneOf(['ok', 'failed']),
  by_name: recordOf(number),
  problems: listOf(string),
  at: instant,
  found: optional(listOf(object({ is: boolean, value: scalar }))),
  note: optional(string),
  more: optional(anyObject),
});
const good = { count: 1, outcome: 'ok', by_name: { a: 1 }, problems: ['b'], at: '2026-11-20T07:00:00Z' };

describe('contract/shape', () => {
  test('an object fits that has all fields; other keys may be there, optional ones may be missing', () => {
    const values = [
      good,
      { ...good, note: 'c', found: [{ is: true, value: null }], more: { d: 1 } },
      { ...good, another: true, note: undefined },
    ];
    for (const value of values) assert.ok(fits(shape, value), JSON.stringify(value));
  });

  test('a value that does not fit gives the path, what was expected and the value', () => {
    const cases: [unknown, string][] = [
      [null, 'expected object; got null'],
      [[1], 'expected object; got [1]'],
      [{ ...good, count: '1' }, 'count: expected number; got "1"'],
      [{ ...good, count: Number.NaN }, 'count: expected number; got NaN'],
      [{ ...good, count: Infinity }, 'count: expected number; got Infinity'],
      [{ ...good, outcome: 'well' }, 'outcome: expected ok or failed; got "well"'],
      [{ ...good, by_name: { a: 'b' } }, 'by_name.a: expected number; got "b"'],
      [{ ...good, by_name: [1] }, 'by_name: expected object; got [1]'],
      [{ ...good, problems: undefined }, 'problems: expected array; got undefined'],
      [{ ...good, problems: ['a', 2] }, 'problems.1: expected string; got 2'],
      [{ ...good, at: '' }, 'at: expected an ISO 8601 time; got ""'],
      [{ ...good, found: [{ is: 1, value: 1 }] }, 'found.0.is: expected boolean; got 1'],
      [{ ...good, found: [{ is: true }] }, 'found.0.value: expected number, string, boolean or null; got undefined'],
      [{ ...good, note: 3 }, 'note: expected string; got 3'],
      [{ ...good, more: [] }, 'more: expected object; got []'],
    ];
    for (const [value, problem] of cases) {
      const issue = shape.wrongIn(value);
      assert.equal(issue ? shapeProblem(issue, value) : 'it fits', problem);
    }
  });
});
