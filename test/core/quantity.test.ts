import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  parseBytes,
  formatBeside,
  formatBound,
  formatBytes,
  formatDuration,
  formatLimit,
  formatMeasure,
  parseDuration,
  parseMeasure,
} from '../../lib/core/quantity.ts';

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

  test('formatDuration rounds, and prints as many units as a person needs', () => {
    const cases: [seconds: number, text: string][] = [
      [0, '0s'],
      [0.001, '1ms'],
      [0.25, '250ms'],
      [1, '1s'],
      [2.38, '2.4s'],
      [45, '45s'],
      [60, '1m'],
      [90, '1m 30s'],
      [3600, '1h'],
      [5400, '1h 30m'],
      [86_400, '1d'],
      [91_800, '1d 1h 30m'],
      [1_209_600, '14d'],
      [1_216_900, '14d 2h'],
      [-43_200, '-12h'],
      [-0.25, '-250ms'],
      [0.9994, '999ms'],
      [0.9996, '1s'],
      [1.99, '2s'],
      [59.99, '1m'],
      [3599.9, '1h'],
      [86_399, '1d'],
      [-59.99, '-1m'],
    ];
    for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text, String(seconds));
    assert.ok(cases.length >= 23);
  });

  test('formatLimit prints a limit exactly, in the unit in which a person writes it', () => {
    const texts = [
      '26h',
      '100m',
      '1.5h',
      '2.5h',
      '36h',
      '1d',
      '14d',
      '90s',
      '15m',
      '45s',
      '250ms',
      '75m',
      '30m',
      '730d',
    ];
    for (const text of texts) assert.equal(formatLimit(parseDuration(text) ?? Number.NaN), text);
    assert.ok(texts.length >= 14);
    assert.equal(formatLimit(93_601), '1d 2h 1s', 'no unit fits');
  });

  test('formatBytes prints decimal units, rounded', () => {
    const bytes = [0, 1, 999, 1000, 1024, 999_940, 999_960, 1e6, 1.5e9, 3.999e12, 2e15, 5e18];
    const texts = '0 B|1 B|999 B|1 kB|1 kB|999.9 kB|1 MB|1 MB|1.5 GB|4 TB|2 PB|5000 PB';
    assert.equal(bytes.map(formatBytes).join('|'), texts);
  });

  test('formatMeasure prints a rounded number with its unit', () => {
    assert.equal(formatMeasure(83.26, 'percent'), '83.3 %');
    assert.equal(formatMeasure(3.38, '1'), '3.4');
    assert.equal(formatMeasure(51.74, 'V'), '51.7 V');
    assert.equal(formatMeasure(3, '1'), '3');
    assert.equal(formatMeasure(503, ''), '503', 'an HTTP status has no unit');
    assert.equal(formatMeasure(2.4, 's'), '2.4s');
    assert.equal(formatMeasure(1_500_000_000, 'byte'), '1.5 GB');
    assert.equal(formatMeasure(-5.26, 'C'), '-5.3 C');
    assert.equal(formatMeasure(0.1 + 0.2, '1'), '0.3');
    assert.equal(formatMeasure(4.35 * 100, '1'), '435');
  });

  test('formatMeasure prints 100 % only for all of it', () => {
    assert.equal(formatMeasure(99.9999, 'percent'), '99.9999 %');
    assert.equal(formatMeasure(100, 'percent'), '100 %');
  });

  test('formatBeside shows on which side of each limit a value is', () => {
    const cases: [value: number, limits: number | number[], unit: string, text: string][] = [
      [79.99, 80, 'percent', '79.99 %'],
      [80.004, 80, 'percent', '80.004 %'],
      [80, 80, 'percent', '80 %'],
      [89.99, [80, 90], 'percent', '89.99 %'],
      [83.26, [80, 90], 'percent', '83.3 %'],
      [900.4, 900, 's', '15m 0.4s'],
      [899.7, 900, 's', '14m 59.7s'],
      [960, 900, 's', '16m'],
      [93_601, 93_600, 's', '1d 2h 1s'],
      [93_660, 93_600, 's', '1d 2h 1m'],
      [3.38, 3, '1', '3.4'],
      [3.04, 3, '1', '3.04'],
      [12.3456, Number.NaN, 'V', '12.3 V'],
    ];
    for (const [value, limits, unit, text] of cases) assert.equal(formatBeside(value, limits, unit), text);
    assert.ok(cases.length >= 13);
    assert.equal(formatBound(79.95, 'percent'), '79.95 %');
    assert.equal(formatBound(93_600, 's'), '26h');
  });

  test('bytes are decimal or binary, and never without a unit', () => {
    const cases: [string, number | undefined][] = [
      ['2GB', 2e9],
      ['1.5 GiB', 1_610_612_736],
      ['100 kB', 100_000],
      ['7 B', 7],
      ['3TB', 3e12],
      ['512 MiB', 536_870_912],
    ];
    for (const [text, bytes] of cases) assert.equal(parseBytes(text), bytes, text);
    for (const text of ['', '2', '2G', 'GB', '-1 GB', '2 gb', '1e9 B', 'iB', '3 KB', '3 kiB'])
      assert.equal(parseBytes(text), undefined, text);
  });
});
