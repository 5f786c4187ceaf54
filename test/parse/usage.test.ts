import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseUsage } from '../../lib/parse/usage.ts';

describe('parse/usage', () => {
  test('size and use are read, and the time where there is one', () => {
    assert.deepEqual(parseUsage('{"size_bytes":200,"used_bytes":50}'), {
      size_bytes: 200,
      used_bytes: 50,
      used_percent: 25,
    });
    const { told_at } = parseUsage('{"size_bytes":200,"used_bytes":50,"told_at":"2026-11-20T07:00Z"}');
    assert.equal(told_at?.toISOString(), '2026-11-20T07:00:00.000Z');
  });

  test('a usage that contradicts itself, or is not one, is refused in one short line', () => {
    const cases: [text: string, says: RegExp][] = [
      ['{"size_bytes":200,"used_bytes":50,"used_bytes":5}', /the key "used_bytes" twice/],
      ['{"size_bytes":1e400,"used_bytes":50}', /size_bytes of the usage is not a number of bytes/],
      ['{"size_bytes":200,"used_bytes":-1}', /used_bytes of the usage is not a number of bytes: -1/],
      ['{"size_bytes":"200","used_bytes":1}', /size_bytes of the usage is not a number of bytes: "200"/],
      ['{"size_bytes":0,"used_bytes":1}', /must be more than 0/],
      ['{"size_bytes":200,"used_bytes":50,"told_at":"soon"}', /told_at of the usage is not a time/],
      ['{"size_bytes":200,"used_bytes":50,"told_at":5}', /told_at of the usage is not a time/],
      [`{"size_bytes":"${'x'.repeat(100_000)}"}`, /size_bytes of the usage is not a number/],
      ['[]', /the usage is not a mapping/],
      ['null', /the usage is not a mapping: null/],
      ['{"size_bytes":200,"used_b', /the usage is not JSON/],
      ['['.repeat(500_000), /nested more than/],
      ['x'.repeat(2_000_000), /more than 1048576 are not read/],
    ];
    for (const [text, says] of cases)
      assert.throws(
        () => parseUsage(text),
        (error) => error instanceof Error && says.test(error.message) && error.message.length < 250,
        text.slice(0, 80),
      );
    assert.ok(cases.length >= 13);
  });
});
