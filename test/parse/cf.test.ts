import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { refuseNonNumeric, timeDecoder, timeUnits, valueDecoder } from '../../lib/parse/cf.ts';
import { crc32c } from '../../lib/parse/crc32c.ts';
import { arrayMetadata, quoteNaN } from '../../lib/parse/zarrmeta.ts';

const value = (type: string, attributes: Record<string, unknown>, fill?: unknown) =>
  valueDecoder({ type, attributes, fill });

describe('parse/cf', () => {
  test('packed integers are unpacked in 64 bits, packed 32-bit numbers in 32', () => {
    assert.equal(value('int16', { scale_factor: 0.01, add_offset: 50 })(-325), 50 - 3.25);
    assert.equal(
      value('float32', { scale_factor: 0.1, add_offset: 1 })(0.5),
      Math.fround(Math.fround(0.5 * Math.fround(0.1)) + 1),
    );
    assert.equal(value('int64', {})(42n), 42);
  });

  test('a fill value is read as NaN: from the array, from the attributes, and from base64', () => {
    assert.ok(Number.isNaN(value('int16', { _FillValue: -32_768, scale_factor: 0.5 })(-32_768)));
    assert.equal(value('int16', { _FillValue: -32_768 })(-32_767), -32_767);
    assert.ok(Number.isNaN(value('float64', {}, -9999)(-9999)));
    assert.ok(Number.isNaN(value('float64', { _FillValue: 'AAAAAICHw8A=' })(-9999)));
    assert.ok(
      Number.isNaN(value('float32', { missing_value: 1e20 })(Math.fround(1e20))),
      '1e20 is another number in 32 bits',
    );
    assert.ok(Number.isNaN(value('float64', { missing_value: [-1, -2] })(-2)));
    assert.ok(Number.isNaN(value('int64', { _FillValue: -9_223_372_036_854_775_808 })(-(2n ** 63n))));
    assert.throws(() => value('float64', { _FillValue: 'none' }), /fill value is not readable: "none"/);
    assert.throws(() => value('int16', { scale_factor: 'x' }), /scale_factor is not a number: "x"/);
  });

  test('signed integers with _Unsigned are read as unsigned, and their fill value too', () => {
    const decode = value('int8', { _Unsigned: 'true', _FillValue: -1, scale_factor: 0.5 });
    assert.deepEqual([decode(-2), decode(3)], [127, 1.5]);
    assert.ok(Number.isNaN(decode(-1)));
  });

  const ms = (text: string): number => Date.parse(text);

  test('times count in any unit from any date', () => {
    const cases: [units: string, calendar: string | undefined, raw: number | bigint, instant: string][] = [
      ['seconds since 1970-01-01', 'proleptic_gregorian', 1_795_168_200n, '2026-11-20T09:50:00.000Z'],
      ['minutes since 2026-11-20 09:00:00', 'standard', 50, '2026-11-20T09:50:00.000Z'],
      ['hours since 2026-11-20T00:00:00Z', undefined, 9.5, '2026-11-20T09:30:00.000Z'],
      ['days since 2026-1-1', 'gregorian', 0.25, '2026-01-01T06:00:00.000Z'],
      ['milliseconds since 1970-01-01', undefined, 1_795_168_200_123n, '2026-11-20T09:50:00.123Z'],
      ['us since 1970-01-01', undefined, 1_795_168_200_123_456n, '2026-11-20T09:50:00.123Z'],
      ['nanoseconds since 1970-01-01', undefined, 1_795_168_200_123_456_789n, '2026-11-20T09:50:00.123Z'],
      ['nanoseconds since 1970-01-01', undefined, -1n, '1969-12-31T23:59:59.999Z'],
      ['hr since 2026-11-20 12:00:00 +02:00', undefined, 0, '2026-11-20T10:00:00.000Z'],
      ['secs since 2026-11-20 12:00:00.5 -0130', undefined, 1, '2026-11-20T13:30:01.500Z'],
      ['Days Since 2000-02-29', undefined, 1, '2000-03-01T00:00:00.000Z'],
      // The standard calendar is two days behind in the year 1: it had leap days in 100, 200, 300 and so on.
      ['days since 0001-01-01', 'proleptic_gregorian', 739_574, '2025-11-20T00:00:00.000Z'],
      ['days since 0001-01-01', 'standard', 739_576, '2025-11-20T00:00:00.000Z'],
      ['days since 1582-10-15', 'standard', 0, '1582-10-15T00:00:00.000Z'],
      ['days since 1582-10-04', 'standard', 1, '1582-10-15T00:00:00.000Z'],
    ];
    for (const [units, calendar, raw, instant] of cases) {
      const decode = timeDecoder({ type: 'int64', attributes: { units, ...(calendar ? { calendar } : {}) } });
      assert.equal(decode(raw), ms(instant), `${String(raw)} ${units} (${calendar})`);
    }
  });

  test('a missing time is NaN, and units or calendars that we cannot read are refused', () => {
    const decode = timeDecoder({ type: 'int64', attributes: { units: 'days since 2000-01-01', _FillValue: 7 } });
    assert.ok(Number.isNaN(decode(7n)) && Number.isNaN(decode(-(2n ** 63n))));
    for (const [units, calendar, words] of [
      [undefined, undefined, /its units are not a supported unit of time: missing/],
      ['months since 2000-01-01', undefined, /its units are not a supported unit/],
      ['V', undefined, /its units are not a supported unit/],
      ['days since yesterday', undefined, /its reference date is not readable: "yesterday"/],
      ['days since 2000-13-01', undefined, /reference date is not readable/],
      ['days since 2000-01-01', 'noleap', /its calendar is not supported: "noleap"/],
      ['days since 2000-01-01', 7, /its calendar is not supported: 7/],
    ] as const) {
      assert.throws(() => timeUnits(units, calendar), words);
    }
  });

  test('an array of text is refused', () => {
    assert.throws(() => refuseNonNumeric('string'), /its data type string is not numeric/);
    assert.doesNotThrow(() => refuseNonNumeric('uint8'));
  });

  test('a checksum is CRC-32C: the value that everybody publishes for "123456789"', () => {
    assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
    assert.equal(crc32c(new Uint8Array()), 0);
  });

  test('Python’s NaN is put in quotes, and words in strings are left alone', () => {
    const text = '{"a": NaN, "b": -Infinity, "c": "a NaN \\" NaN", "NaN": [Infinity]}';
    assert.deepEqual(JSON.parse(quoteNaN(text)), { a: 'NaN', b: '-Infinity', c: 'a NaN " NaN', NaN: ['Infinity'] });
  });

  test('filters that zarrita would silently misread are refused', () => {
    const v2 = (filter: object, dtype = '<i4') =>
      JSON.stringify({ shape: [1], chunks: [1], dtype, fill_value: null, filters: [filter] });
    const chunk_grid = { name: 'regular', configuration: { chunk_shape: [1] } };
    const v3 = (name: string, configuration?: object) =>
      JSON.stringify({
        shape: [1],
        chunk_grid,
        data_type: 'float64',
        codecs: [{ name: 'bytes' }, { name, configuration }],
      });
    assert.throws(
      () => arrayMetadata(v2({ id: 'delta', dtype: '<i4', astype: '<i2' }), 'v2'),
      /delta has astype "<i2"/,
    );
    assert.throws(() => arrayMetadata(v2({ id: 'shuffle', elementsize: 8 }), 'v2'), /shuffle has elementsize 8/);
    assert.throws(() => arrayMetadata(v3('numcodecs.shuffle', { elementsize: 4 }), 'v3'), /shuffle has elementsize 4/);
    assert.throws(
      () => arrayMetadata(v3('sharding_indexed', { index_location: 'start' }), 'v3'),
      /sharding_indexed has index_location "start"/,
    );
    for (const good of [{ id: 'delta', dtype: '<i4', astype: '<i4' }, { id: 'shuffle' }, { id: 'delta', dtype: '<i4' }])
      assert.doesNotThrow(() => arrayMetadata(v2(good), 'v2'));
    assert.doesNotThrow(() => arrayMetadata(v3('numcodecs.shuffle', { elementsize: 8 }), 'v3'));
  });
});
