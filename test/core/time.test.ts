import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  clockMinute,
  dayStamp,
  daysBefore,
  distance,
  isoMicroseconds,
  parseInstant,
  parseLastInstant,
  startOfUtcDay,
} from '../../lib/core/time.ts';

const iso = (text: string): string | undefined => parseInstant(text)?.toISOString();

describe('core/time', () => {
  test('dayStamp and startOfUtcDay use the UTC day, up to its last millisecond', () => {
    assert.equal(dayStamp(new Date('2026-11-20T00:00:00.000Z')), '20261120');
    assert.equal(dayStamp(new Date('2026-11-20T23:59:59.999Z')), '20261120');
    assert.equal(dayStamp(new Date('2026-11-21T00:30:00+01:00')), '20261120');
    assert.equal(dayStamp(new Date('2027-01-01T00:00:00Z')), '20270101');
    assert.equal(startOfUtcDay(new Date('2026-11-20T23:59:59.999Z')).toISOString(), '2026-11-20T00:00:00.000Z');
    assert.equal(startOfUtcDay(new Date('2026-11-20T00:00:00Z')).toISOString(), '2026-11-20T00:00:00.000Z');
  });

  test('daysBefore keeps the UTC hour across summer time, a new year and a leap day', () => {
    assert.equal(daysBefore(new Date('2026-03-30T07:28:00Z'), 2).toISOString(), '2026-03-28T07:28:00.000Z');
    assert.equal(daysBefore(new Date('2026-10-26T07:28:00Z'), 2).toISOString(), '2026-10-24T07:28:00.000Z');
    assert.equal(daysBefore(new Date('2027-01-03T00:00:00Z'), 7).toISOString(), '2026-12-27T00:00:00.000Z');
    assert.equal(daysBefore(new Date('2028-03-01T12:00:00Z'), 1).toISOString(), '2028-02-29T12:00:00.000Z');
    assert.equal(daysBefore(new Date('2026-11-20T07:28:00Z'), 0).toISOString(), '2026-11-20T07:28:00.000Z');
  });

  test('isoMicroseconds prints exactly six digits', () => {
    assert.equal(isoMicroseconds(1_795_159_681_123.456), '2026-11-20T07:28:01.123456Z');
    assert.equal(isoMicroseconds(1_795_159_681_000), '2026-11-20T07:28:01.000000Z');
    assert.equal(isoMicroseconds(1_795_159_681_000.001), '2026-11-20T07:28:01.000001Z');
    assert.equal(isoMicroseconds(1_795_159_681_999.9998), '2026-11-20T07:28:01.999999Z');
    assert.equal(isoMicroseconds(1_795_159_681_007.05), '2026-11-20T07:28:01.007050Z');
  });

  test('parseInstant reads a day or a time without an offset as UTC, and applies an offset', () => {
    const cases: [text: string, instant: string][] = [
      ['2026-11-20', '2026-11-20T00:00:00.000Z'],
      ['2028-02-29', '2028-02-29T00:00:00.000Z'],
      ['2026-11-20T07:28', '2026-11-20T07:28:00.000Z'],
      ['2026-11-20 07:28', '2026-11-20T07:28:00.000Z'],
      ['2026-11-20T07:28:01.5', '2026-11-20T07:28:01.500Z'],
      // Hours that do not exist on the clocks of New York and Berlin.
      ['2026-03-08T02:30', '2026-03-08T02:30:00.000Z'],
      ['2026-03-29T02:30', '2026-03-29T02:30:00.000Z'],
      ['2026-11-20T07:28:00Z', '2026-11-20T07:28:00.000Z'],
      ['2026-11-20T07:28+01:00', '2026-11-20T06:28:00.000Z'],
      ['2026-11-20T07:28+0100', '2026-11-20T06:28:00.000Z'],
      ['2026-11-20T07:28-05:30', '2026-11-20T12:58:00.000Z'],
      ['2026-11-20T07:30+02', '2026-11-20T05:30:00.000Z'],
      ['2026-11-20T07:30:00-05', '2026-11-20T12:30:00.000Z'],
    ];
    for (const [text, instant] of cases) assert.equal(iso(text), instant, text);
    assert.ok(cases.length >= 13);
  });

  test('parseLastInstant gives the end of the day, minute or second that the text names', () => {
    const cases = {
      '2026-11-20': '2026-11-20T23:59:59.999Z',
      '2026-11-20T12:00': '2026-11-20T12:00:59.999Z',
      '2026-11-20 12:00+01:00': '2026-11-20T11:00:59.999Z',
      '2026-11-20T12:00:30': '2026-11-20T12:00:30.999Z',
      '2026-11-20T12:00:30.5Z': '2026-11-20T12:00:30.500Z',
    };
    for (const [text, last] of Object.entries(cases)) assert.equal(parseLastInstant(text)?.toISOString(), last, text);
    assert.equal(parseLastInstant('2026-02-30'), undefined);
    assert.ok(Object.keys(cases).length >= 5);
  });

  test('parseInstant refuses anything that is not a valid time', () => {
    const words = '| |yesterday|now|7:28|1795159681|2026-11-20T07:28 CET|20.11.2026|11/20/2026';
    const cases =
      `${words}|2026-11-31|2026-02-29|2026-13-01|2026-11-20T25:00|2026-11-20T07:61|20261120|2026-W47-5|2026W475|2026-324|2026324`.split(
        '|',
      );
    for (const text of cases)
      assert.equal(parseInstant(text), undefined, `${JSON.stringify(text)} was taken for a time`);
    assert.ok(cases.length >= 19);
  });

  test('distance prints one unit, in either order', () => {
    const from = new Date('2026-11-20T07:28:00Z');
    assert.equal(distance(from, new Date('2026-11-20T10:28:00Z')), '3 hours');
    assert.equal(distance(from, new Date('2026-11-20T07:28:01Z')), '1 second');
    assert.equal(distance(new Date('2026-11-27T07:28:00Z'), from), '7 days');
  });

  test('clockMinute prints minutes and UTC', () => {
    assert.equal(clockMinute(new Date('2026-11-20T07:28:59.999Z')), '2026-11-20 07:28 UTC');
    assert.equal(clockMinute(new Date('2026-11-20T00:00:00+02:00')), '2026-11-19 22:00 UTC');
  });
});
