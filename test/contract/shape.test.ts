import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { plainShape, shapeProblem } from '../../lib/contract/shape.ts';

const shape = plainShape<object>({
  count: 'number',
  outcome: ['ok', 'failed'],
  by_name: 'numbers',
  problems: 'strings',
  'found?': 'list',
  'note?': 'string',
});
const good = { count: 1, outcome: 'ok', by_name: { a: 1 }, problems: ['b'] };

describe('contract/shape', () => {
  test('plainShape accepts objects that have all keys, and keeps unknown keys', () => {
    for (const value of [good, { ...good, note: 'c', found: [{ d: 1 }] }, { ...good, another: true }])
      assert.deepEqual(shape.safeParse(value), { success: true, data: value });
  });

  test('a value that does not fit gives an error with the key, the expected kind and the value', () => {
    const cases: [unknown, string][] = [
      [null, 'expected object; got null'],
      [[good], 'expected object; got [{"count":1,"outcome":"ok","by_name":{"a":1},"problems":["b"]}]'],
      [{ ...good, count: '1' }, 'count: expected number; got "1"'],
      [{ ...good, count: Number.NaN }, 'count: expected number; got NaN'],
      [{ ...good, outcome: 'well' }, 'outcome: expected ok or failed; got "well"'],
      [{ ...good, by_name: { a: 'b' } }, 'by_name: expected numbers; got {"a":"b"}'],
      [{ ...good, problems: undefined }, 'problems: expected strings; got undefined'],
      [{ ...good, found: [{}, null] }, 'found: expected list; got [{},null]'],
      [{ ...good, note: 3 }, 'note: expected string; got 3'],
    ];
    for (const [value, problem] of cases) {
      const parsed = shape.safeParse(value);
      assert.equal(parsed.success ? 'it fits' : shapeProblem(parsed.error, value), problem);
      assert.throws(() => shape.parse(value), new Error(problem));
    }
  });
});
