import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseSensors } from '../../lib/parse/sensors.ts';
import { parseSmartLog } from '../../lib/parse/smartlog.ts';

const valuesOf = (input: string) =>
  parseSensors(`{"chip-isa-0":{"Adapter": "ISA","Core":{"temp1_input": ${input}}}}`)[0]?.features.at(-1)?.values;

describe('parse/sensors', () => {
  test('a number in quotes is a number, and any other text is no number, but not absent', () => {
    assert.deepEqual(valuesOf('45.000'), [['temp1_input', 45]]);
    assert.deepEqual(valuesOf('"45.000"'), [['temp1_input', 45]]);
    for (const word of ['"nan"', 'nan', '"hot"', '""', '1e400', '"1e5"', '9'.repeat(400)])
      assert.deepEqual(valuesOf(word), [['temp1_input', undefined]], word);
  });

  test('output without end, or of another kind, is refused within a second', () => {
    const cases = [
      '{'.repeat(9e5),
      `{"a":${'{"b":'.repeat(1e5)}`,
      `{"${'x'.repeat(9e5)}`,
      `{${'"a":{},'.repeat(1e5)}`,
      'x'.repeat(2e6),
      '"'.repeat(9e5),
    ];
    for (const text of cases) {
      for (const parse of [parseSensors, parseSmartLog]) {
        const began = performance.now();
        assert.throws(() => parse(text), Error, text.slice(0, 20));
        assert.ok(performance.now() - began < 1000, `${text.slice(0, 20)}: ${performance.now() - began} ms`);
      }
    }
    assert.ok(cases.length >= 6);
  });
});
