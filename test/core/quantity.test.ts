import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { formatBytes, formatDuration, formatMeasure, parseDuration, parseMeasure } from '../../lib/core/quantity.ts';

describe('core/quantity', () => {
  test('parseDuration reads every unit, and several at once', () => {
    const cases: [text: string, seconds: number][] = [
      ['0s', 0],
      ['90s', 90],
      ['1m', 60],
      ['5min', 300],
      ['1.5h', 5400],
      ['1h30m', 5400],
      ['1h 30min', 5400],
      ['2 h', 7200],
      ['7d', 604_800],
      ['2w', 1_209_600],
      ['250ms', 0.25],
      ['1m500ms', 60.5],
      ['1d12h', 129_600],
    ];
    for (const [text, seconds] of cases) assert.equal(parseDuration(text), seconds, text);
    assert.ok(cases.length >= 13);
  });

  test('parseDuration refuses a duration without a unit or with an unknown unit', () => {
    const cases = ' ||30|1h30|h|-5m|+5m|1.h|.5h|1,5h|1e3s|5 minutes|3M|1y|1H'.split('|');
    for (const text of cases) assert.equal(parseDuration(text), undefined, `${JSON.stringify(text)} was taken`);
    assert.ok(cases.length >= 15);
  });

  test('parseMeasure of a percentage needs the percent sign', () => {
    assert.equal(parseMeasure('80%', '%'), 80);
    assert.equal(parseMeasure(' 99.5 % ', '%'), 99.5);
    assert.equal(parseMeasure('0%', '%'), 0);
    const refused = ['', '80', '%', '0.8', '80%%', '80 percent', 'eighty%', '8 0%', '1e2%', '80,5%'];
    for (const text of refused) assert.equal(parseMeasure(text, '%'), undefined, `${JSON.stringify(text)} was taken`);
    assert.ok(refused.length >= 10);
  });

  test('parseMeasure accepts the given unit and no other', () => {
    assert.equal(parseMeasure('52 V', 'V'), 52);
    assert.equal(parseMeasure('51.75V', 'V'), 51.75);
    assert.equal(parseMeasure('-5 C', 'C'), -5);
    const refused = ['52', '52 v', '52 mV', '52 C', '52 V!', 'V', '', 'NaN V', 'Infinity V', '5-2 V', '52 V V'];
    for (const text of refused) assert.equal(parseMeasure(text, 'V'), undefined, `${JSON.stringify(text)} was taken`);
    assert.ok(refused.length >= 11);
  });

  test('formatDuration prints the largest unit with at most one decimal, cut off and not rounded', () => {
    const cases: [seconds: number, text: string][] = [
      [0, '0s'],
      [0.001, '1ms'],
      [0.25, '250ms'],
      [1, '1s'],
      [2.4, '2.4s'],
      [45, '45s'],
      [60, '1m'],
      [90, '1.5m'],
      [3600, '1h'],
      [5400, '1.5h'],
      [86_400, '1d'],
      [1_209_600, '14d'],
      [-43_200, '-12h'],
      [-0.25, '-250ms'],
      [0.9994, '999ms'],
      [0.9996, '999ms'],
      [1.99, '1.9s'],
      [59.99, '59.9s'],
      [3599.9, '59.9m'],
      [86_399, '23.9h'],
      [1_209_599, '13.9d'],
      [259_199, '2.9d'],
      [-59.99, '-59.9s'],
    ];
    for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text, String(seconds));
    assert.ok(cases.length >= 23);
  });

  test('formatBytes prints decimal units', () => {
    const bytes = [0, 1, 999, 1000, 1024, 999_999, 1e6, 1.5e9, 3.999e12, 2e15, 5e18];
    const texts = '0 B|1 B|999 B|1 kB|1 kB|999.9 kB|1 MB|1.5 GB|3.9 TB|2 PB|5000 PB';
    assert.equal(bytes.map(formatBytes).join('|'), texts);
  });

  test('formatMeasure prints a number with its unit', () => {
    assert.equal(formatMeasure(83.25, 'percent'), '83.2 %');
    assert.equal(formatMeasure(51.75, 'V'), '51.7 V');
    assert.equal(formatMeasure(3, '1'), '3');
    assert.equal(formatMeasure(503, ''), '503', 'an HTTP status has no unit');
    assert.equal(formatMeasure(2.4, 's'), '2.4s');
    assert.equal(formatMeasure(1_500_000_000, 'byte'), '1.5 GB');
    assert.equal(formatMeasure(-5.25, 'C'), '-5.2 C');
  });

  test('formatMeasure never prints a number just below a limit as the limit, nor rounding errors', () => {
    assert.equal(formatMeasure(79.99, 'percent'), '79.9 %');
    assert.equal(formatMeasure(89.999, 'percent'), '89.9 %');
    assert.equal(formatMeasure(0.1 + 0.2, '1'), '0.3');
    assert.equal(formatMeasure(4.35 * 100, '1'), '435');
    assert.equal(formatMeasure(80, 'percent'), '80 %');
  });
});
