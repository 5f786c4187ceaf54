// Output of plugins: what is read of it, and what is refused.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { isAlerted, mostLabels, parsePluginOutput, parseRange } from '../../lib/parse/perfdata.ts';
import { randomOf, seedOf } from '../chance.ts';

const nothing = { seconds: {}, bytes: {}, percent: {}, values: {} };

/** The performance data of one line, and what is said of the others. */
const read = (performance: string) => {
  const { message, details, ...rest } = parsePluginOutput(`OK | ${performance}`);
  assert.deepEqual([message, details], ['OK', undefined]);
  return rest;
};

describe('performance data', () => {
  const good: [written: string, expected: object][] = [
    ['time=0.25s;1;2;0;10', { seconds: { time: 0.25 } }],
    ['a=5ms b=7us', { seconds: { a: 0.005, b: 0.000007 } }],
    ["'/ used'=12.5%;80;90", { percent: { '/ used': 12.5 } }],
    ["'it''s'=1", { values: { "it's": 1 } }],
    ["'a=b'=1", { values: { 'a=b': 1 } }],
    [
      'a=1B b=1kB c=1KB d=1MB e=1GB f=1TB g=1MiB',
      { bytes: { a: 1, b: 1e3, c: 1e3, d: 1e6, e: 1e9, f: 1e12, g: 1_048_576 } },
    ],
    ['in=12c out=-3 half=.5 all=5. exp=1e3', { values: { in: 12, out: -3, half: 0.5, all: 5, exp: 1000 } }],
    ['a=1;10;10:;;', { values: { a: 1 } }],
    ['a=1;~:10;10:20 b=2;@10:20;-1.5:2.5', { values: { a: 1, b: 2 } }],
    ['__proto__=1', { values: JSON.parse('{"__proto__": 1}') as object }],
  ];
  for (const [written, expected] of good)
    test(`${written} is read`, () => assert.deepEqual(read(written), { ...nothing, ...expected }));

  const bad: [written: string, says: RegExp][] = [
    ['a=U', /"a" is no number: "U"/],
    ['a=NaN', /"a" is no number/],
    ['a=inf', /"a" is no number/],
    ['a=-Infinity', /"a" is no number/],
    ['a=1e999', /"a" is no number/],
    ['a=', /"a" is no number: ""/],
    ['a=1,5', /"a" is no number: "1,5"/],
    ['a=1parsec', /unknown unit: "1parsec"/],
    ['a=1constructor', /unknown unit/],
    ['a=1.2.3', /"a" is no number|unknown unit/],
    ['=1', /"=1" is no label=value/],
    ["''=1", /the label "" is not/],
    ["'open=1", /is no label=value/],
    ['words only', /"words" is no label=value, "only" is/],
    [`${'x'.repeat(65)}=1`, /is not 1 to 64 printable/],
    ["'a\u001B[31m'=1", /printable/],
  ];
  for (const [written, says] of bad)
    test(`${JSON.stringify(written).slice(0, 40)} is refused aloud and is no number`, () => {
      const { performance_problem = '', ...values } = read(written);
      assert.deepEqual(values, nothing);
      assert.match(performance_problem, says);
    });

  test('of two labels that would be one variable, and of one label given twice, the first is kept aloud', () => {
    const { values, performance_problem = '' } = read('a-b=1 a_b=2 a-b=3');
    assert.deepEqual(values, { 'a-b': 1 });
    assert.match(performance_problem, /"a_b" would be the same variable as "a-b", "a-b" a second time/);
  });

  test('labels beyond the most are left out aloud', () => {
    const all = Array.from({ length: mostLabels + 20 }, (_, index) => `l${index}=${index}`);
    const { values, performance_problem = '' } = read(all.join(' '));
    assert.equal(Object.keys(values).length, mostLabels);
    assert.match(performance_problem, /beyond 100 labels.* and 17 more$/);
  });
});

describe('output of plugins', () => {
  test('performance data of several lines, and further text, are told apart', () => {
    const found = parsePluginOutput('DISK OK | a=1\nfirst\nsecond | b=2\nc=3 d=4\n');
    assert.deepEqual(found, {
      message: 'DISK OK',
      details: 'first second',
      ...nothing,
      values: { a: 1, b: 2, c: 3, d: 4 },
    });
  });

  test('words of a plugin are one bounded line without control characters', () => {
    const { message, details = '' } = parsePluginOutput(`a\u001B[2Jb\r\u0007${'x'.repeat(900)}\n${'y\n'.repeat(9000)}`);
    assert.match(message, /^a \[2Jb x+…$/);
    assert.deepEqual([message.length, details.length], [500, 2000]);
  });

  test('no output is an empty message', () => assert.deepEqual(parsePluginOutput(''), { message: '', ...nothing }));

  test('whatever is printed, it is read within bounds and every value is a finite number', (t) => {
    const random = randomOf(seedOf(t));
    const parts = [
      "'",
      "''",
      '=',
      '|',
      ' ',
      '\n',
      ';',
      'a',
      'b',
      '1',
      '-',
      '.',
      'e',
      '%',
      's',
      'kB',
      'U',
      '@',
      '~',
      ':',
      '\u001B',
      '\uD800',
    ];
    for (let round = 0; round < 3000; round++) {
      const length = Math.floor(random() * 60);
      const text = Array.from({ length }, () => parts[Math.floor(random() * parts.length)]).join('');
      const { seconds, bytes, percent, values, message } = parsePluginOutput(text);
      for (const record of [seconds, bytes, percent, values])
        for (const [label, value] of Object.entries(record))
          assert.ok(Number.isFinite(value) && label.length <= 64 && label.isWellFormed(), JSON.stringify(text));
      assert.ok(message.length <= 500 && message.isWellFormed());
    }
  });

  test('64 kB of quotes, equals signs or blanks are read at once', () => {
    for (const part of ["'", "'a", "' ", "''' ", '=', 'a=', ' ', '\n|'])
      assert.ok(parsePluginOutput(`OK | ${part.repeat(65_536 / part.length)}`));
  });
});

describe('ranges', () => {
  const rows: [range: string, alerts: number[], quiet: number[]][] = [
    ['10', [-0.1, 10.1], [0, 5, 10]],
    ['10:', [9.9, -1], [10, 1e9]],
    ['~:10', [10.1], [-1e9, 10]],
    ['10:20', [9.9, 20.1], [10, 20]],
    ['@10:20', [10, 15, 20], [9.9, 20.1]],
    ['-1.5:2.5', [-1.6, 2.6], [-1.5, 2.5]],
    ['@5', [0, 5], [-1, 6]],
  ];
  for (const [text, alerts, quiet] of rows)
    test(`${text} alerts where the plugins' rules say`, () => {
      const range = parseRange(text);
      assert.ok(range);
      for (const value of alerts) assert.ok(isAlerted(value, range), String(value));
      for (const value of quiet) assert.ok(!isAlerted(value, range), String(value));
    });

  for (const text of ['', ':', '@', '20:10', 'a', '1:2:3', '1e3', '10:~', 'NaN', '5%'])
    test(`${JSON.stringify(text)} is no range`, () => assert.equal(parseRange(text), undefined));
});
