import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type GateMapping, ownMapping, parseGateSummary } from '../../lib/parse/gate.ts';

const own = {
  schema_version: 1,
  gate: 'prune',
  verdict: 'pass',
  decided_at: '2026-11-20T06:00:00Z',
  counts: { files_checked: 12, files_missing: 0 },
  reason: 'all copies are there',
};
const parse = (changes: object, mapping: GateMapping = ownMapping) =>
  parseGateSummary(JSON.stringify({ ...own, ...changes }), mapping);

describe('parse/gate', () => {
  test('our own format is read as it stands', () => {
    assert.deepEqual(parse({}), {
      verdict: 'pass',
      decided_at: '2026-11-20T06:00:00.000Z',
      counts: { files_checked: 12, files_missing: 0 },
      reason: 'all copies are there',
    });
    assert.deepEqual(parse({ verdict: 'fail', counts: undefined, reason: undefined }), {
      verdict: 'fail',
      decided_at: '2026-11-20T06:00:00.000Z',
      counts: {},
    });
  });

  test('a verdict that is neither pass nor fail is unknown, whatever it looks like', () => {
    const verdicts = ['PASS', 'passed', '', true, 1, null, { verdict: 'pass' }, ['pass']];
    assert.ok(verdicts.length >= 8);
    for (const verdict of verdicts) assert.equal(parse({ verdict }).verdict, 'unknown', JSON.stringify(verdict));
  });

  test('text that is not a summary is refused with the reason', () => {
    const wrong: [changes: object, told: RegExp][] = [
      [{ verdict: undefined }, /has no verdict/],
      [{ decided_at: undefined }, /the summary has no decided_at$/],
      [{ decided_at: 'yesterday' }, /is not a time: "yesterday"/],
      [{ counts: { files_missing: '0' } }, /files_missing of the summary is not a number: 0/],
      [{ counts: { files_missing: null } }, /files_missing of the summary is not a number: null/],
      [{ counts: 5 }, /counts of the summary is not a mapping: 5/],
    ];
    assert.ok(wrong.length >= 6);
    for (const [changes, told] of wrong) assert.throws(() => parse(changes), told);
    for (const text of ['', '{"verdict":', 'pass'])
      assert.throws(() => parseGateSummary(text, ownMapping), /is not JSON/);
    for (const text of ['null', '[]', '"pass"', '5'])
      assert.throws(() => parseGateSummary(text, ownMapping), /has no verdict/);
  });

  test('a summary in another format is read through its mapping', () => {
    const mapping: GateMapping = {
      verdict: 'result.status',
      'decided-at': 'finished',
      pass: ['OK', 'true'],
      fail: ['BAD'],
      counts: { missing: 'result.files.missing' },
      reason: 'result.note',
    };
    const other = (status: unknown) =>
      JSON.stringify({ finished: 1_795_160_656, result: { status, note: 'n', files: { missing: 3 } } });
    assert.deepEqual(parseGateSummary(other('OK'), mapping), {
      verdict: 'pass',
      decided_at: '2026-11-20T07:44:16.000Z',
      counts: { missing: 3 },
      reason: 'n',
    });
    assert.equal(parseGateSummary(other(true), mapping).verdict, 'pass');
    assert.equal(parseGateSummary(other('BAD'), mapping).verdict, 'fail');
    assert.equal(parseGateSummary(other('pass'), mapping).verdict, 'unknown');
    assert.throws(
      () => parseGateSummary(JSON.stringify({ finished: 1, result: { status: 'OK' } }), mapping),
      /missing of the summary is not a number: nothing/,
    );
  });

  test('an inherited key of an object is not a verdict', () => {
    const mapping = { ...ownMapping, verdict: 'constructor.name', pass: ['Object'] };
    assert.throws(() => parseGateSummary('{}', mapping), /has no constructor\.name/);
  });

  test('at most 100 counts with printable names are read, and the problem names the others', () => {
    const numbered = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, index]));
    const many = parse({ counts: numbered(5000) });
    assert.equal(Object.keys(many.counts).length, 100);
    assert.match(
      many.counts_problem ?? '',
      /^4900 of 5000 counts left out \(.*\): "n100", "n101", "n102" and 4897 more$/,
    );
    assert.equal(parse({ counts: numbered(100) }).counts_problem, undefined);
    assert.throws(() => parse({ counts: numbered(20_000) }), /the summary has more than 10000 values/);
    const names = ['x'.repeat(65), 'a\u001B[31m', 'a\nb', 'a\u202Eb', '', '\uD800', 'a\u0085'];
    for (const name of names) {
      const { counts, counts_problem } = parse({ counts: { ok: 1, [name]: 2 } });
      assert.deepEqual(counts, { ok: 1 }, JSON.stringify(name));
      assert.match(counts_problem ?? '', /^1 of 2 counts left out/);
      // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
      assert.doesNotMatch(counts_problem ?? '', /[\0-\u001F\u007F-\u009F\u202E]/);
    }
    assert.ok(names.length >= 7);
  });

  test('two counts that would be one variable are refused by name', () => {
    const cases: string[][] = [
      ['a b', 'a|b'],
      ['a b', 'x', 'a_b'],
      ['a-b', 'a.b'],
      ['-a', 'a'],
      ['a', 'a!'],
      ['/', '/'.repeat(1)],
    ].filter((names) => new Set(names).size > 1);
    for (const names of cases)
      assert.throws(
        () => parse({ counts: Object.fromEntries(names.map((name) => [name, 1])) }),
        /the counts ".*" and ".*" of the summary would be one variable, \w+: rename one/,
        names.join(),
      );
    assert.ok(cases.length >= 5);
    const different = ['größe', 'grösse', 'Größe', '数', '量', 'é', 'e', '!', '?'];
    assert.equal(
      Object.keys(parse({ counts: Object.fromEntries(different.map((name) => [name, 1])) }).counts).length,
      different.length,
    );
  });

  test('a reason or a value of any length is cut, and shown on one line', () => {
    assert.equal(parse({ reason: 'x'.repeat(900_000) }).reason?.length, 500);
    assert.equal(parse({ reason: 'a\u001B[2Jb\nc' }).reason, 'a [2Jb c');
    for (const changes of [
      { decided_at: 'y'.repeat(900_000) },
      { counts: { a: 'z'.repeat(900_000) } },
      { counts: 'c'.repeat(9000) },
    ])
      assert.throws(
        () => parse(changes),
        (error) => error instanceof Error && error.message.length < 200,
      );
  });
});
