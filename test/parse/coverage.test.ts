import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseCoverage } from '../../lib/parse/coverage.ts';

const istanbulFile = {
  path: '/a.js',
  statementMap: {
    0: { start: { line: 1, column: 0 }, end: { line: 1, column: 5 } },
    1: { start: { line: 1, column: 7 }, end: { line: 1, column: 9 } },
    2: { start: { line: 2, column: 0 }, end: { line: 4, column: 1 } },
    3: { start: { line: 3, column: 2 }, end: { line: 3, column: 9 } },
  },
  s: { 0: 0, 1: 3, 2: 1, 3: 0 },
};

const files: Record<string, [text: string, format: string, covered: number, lines: number]> = {
  'lcov of two files': [
    'TN:\nSF:a.js\nDA:1,1\nLF:10\nLH:7\nend_of_record\nSF:b.js\nLF:2\nLH:2\nend_of_record\n',
    'lcov',
    9,
    12,
  ],
  'lcov with CRLF': ['SF:a.js\r\nLF:4\r\nLH:1\r\nend_of_record\r\n', 'lcov', 1, 4],
  cobertura: [
    '<?xml version="1.0" ?>\n<!DOCTYPE coverage SYSTEM "x.dtd">\n<coverage version="7.6" lines-valid="40" lines-covered="30" line-rate="0.75">\n<packages/></coverage>',
    'cobertura',
    30,
    40,
  ],
  'Istanbul’s summary': ['{"total":{"lines":{"total":8,"covered":6,"skipped":0,"pct":75}}}', 'istanbul', 6, 8],
  'Istanbul’s final file': [JSON.stringify({ '/a.js': istanbulFile }), 'istanbul', 2, 3],
  'coverage.py': ['{"meta":{"format":3},"totals":{"covered_lines":5,"num_statements":6}}', 'coverage.py', 5, 6],
  'Go, with a block of two binaries': [
    'mode: set\nm/a.go:3.1,5.2 2 0\nm/a.go:3.1,5.2 2 1\nm/a.go:7.1,9.2 3 0\n',
    'go',
    2,
    5,
  ],
};

describe('parse/coverage', () => {
  test('recognises each format by its text', () => {
    assert.ok(Object.keys(files).length >= 7);
    for (const [name, [text, format, covered, lines]] of Object.entries(files))
      assert.deepEqual(parseCoverage(text), { format, covered, lines }, name);
  });

  test('refuses what is no share: other files, no lines, more covered than there are', () => {
    const cases: [string, RegExp][] = [
      ['', /no coverage file that is known/],
      ['TAP version 14\n', /no coverage file that is known/],
      ['{"a":1}', /no coverage file that is known/],
      ['<html><body>502</body></html>', /no coverage file that is known/],
      ['mode: set\n', /counts 0 covered of 0 lines/],
      ['SF:a\nLF:1\nLH:2\n', /counts 2 covered of 1 lines/],
      ['<coverage line-rate="0.5">', /counts NaN covered of NaN lines/],
      ['{"totals":{"covered_lines":-1,"num_statements":6}}', /counts -1 covered/],
    ];
    for (const [text, words] of cases) assert.throws(() => parseCoverage(text), words, text);
  });

  test('a hostile file costs no time: long lines, entities, deep nesting', () => {
    const cases = [
      `<coverage ${'a="'.repeat(100_000)}`,
      `<!DOCTYPE x [<!ENTITY a "b">]>\n<coverage lines-valid="&a;" lines-covered="1">`,
      `{"a":${'['.repeat(1_000_000)}`,
      `mode: set\n${'a:1.1,2.2 '.repeat(200_000)}`,
      `SF:${'LF:'.repeat(1_000_000)}`,
    ];
    const began = performance.now();
    for (const text of cases) assert.throws(() => parseCoverage(text));
    assert.ok(performance.now() - began < 20_000);
  });
});
