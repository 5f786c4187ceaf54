// Prometheus expositions: what is read of one family, and what is refused.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { mostSeries, readFamily } from '../../lib/parse/exposition.ts';
import { randomOf, seedOf } from '../chance.ts';

function read(text: string, labels: Record<string, string> = {}) {
  const { found: _, ...rest } = readFamily([{ name: '/a/x.prom', text }], { family: 'up', labels });
  return rest;
}

describe('expositions', () => {
  const good: [what: string, text: string, values: object][] = [
    ['a series without labels', '# HELP up x\n# TYPE up gauge\nup 1\n', { value: 1 }],
    ['empty labels', 'up{} 1', { value: 1 }],
    ['labels in any order', 'up{b="2",a="1",} 3', { 'a=1,b=2': 3 }],
    ['escapes', 'up{a="x\\"}\\\\\\ny"} 1', { 'a=x"}\\ y': 1 }],
    ['a time of the series', 'up 1.5 1395066363000\nup{a="b"} 2 -3', { value: 1.5, 'a=b': 2 }],
    ['exponents and signs', 'up{a="1"} +1e-3\nup{a="2"} -.5', { 'a=1': 0.001, 'a=2': -0.5 }],
    ['an exemplar of OpenMetrics', 'up 7 # {trace="x"} 1\n# EOF\n', { value: 7 }],
    ['Windows line ends', 'up 1\r\n', { value: 1 }],
    ['nothing after # EOF', '# EOF\nup 1', {}],
    ['other families whose names begin alike', 'up_total 1\nupper 2\nup:x 3', {}],
  ];
  for (const [what, text, values] of good) test(`${what}: read`, () => assert.deepEqual(read(text), { values }));

  const bad: [text: string, says: RegExp][] = [
    ['up NaN', /"value" is no number: "NaN"/],
    ['up{a="b"} +Inf', /"a=b" is no number: "\+Inf"/],
    ['up 0x10', /no number/],
    ['up 1e999', /no number/],
    ['up', /"up" is no line/],
    ['up{a="b" 1', /is no line/],
    ['up{a="b"}', /is no line/],
    ['up{a="1",a="2"} 1', /is no line/],
    ['up{a=b} 1', /is no line/],
    [`up{a="${'x'.repeat(5000)}"} 1`, /is no line/],
    ['up 1 \u001B[31m', /is no line/],
  ];
  for (const [text, says] of bad)
    test(`${JSON.stringify(text).slice(0, 40)} is refused aloud and is no number`, () => {
      const { values, problem = '' } = read(text);
      assert.deepEqual(values, {});
      assert.match(problem, says);
    });

  test('series are chosen by labels, and named by the others', () => {
    const text = 'up{job="a",disk="1"} 1\nup{job="b",disk="1"} 2\nup{job="a",disk="2"} 3\n';
    assert.deepEqual(read(text, { job: 'a' }), { values: { 'disk=1': 1, 'disk=2': 3 } });
    assert.deepEqual(read(text, { job: 'b', disk: '1' }), { values: { value: 2 } });
    assert.deepEqual(read(text, { job: 'c' }), { values: {} });
  });

  test('of a series given twice the first is kept aloud; series beyond the most are left out aloud', () => {
    assert.deepEqual(read('up 1\nup 2'), { values: { value: 1 }, problem: 'left out: "value" a second time' });
    const many = Array.from({ length: mostSeries + 20 }, (_, index) => `up{n="${index}"} 1`).join('\n');
    const { values, problem = '' } = read(many);
    assert.equal(Object.keys(values).length, mostSeries);
    assert.match(problem, /beyond 100 series and 19 more$/);
  });

  test('where there is no series, an empty text and a web page say why that is not certain; comments and other families do not', () => {
    for (const [text, problem] of [
      ['', 'it is empty'],
      [' \n\n', 'it is empty'],
      ['<!DOCTYPE html>\n<p>up 1', '"<!DOCTYPE html>" is no line of an exposition'],
      ['down 1\nService starting', '"Service starting" is no line of an exposition'],
      ['{"status":"ok"}', '"{\\"status\\":\\"ok\\"}" is no line of an exposition'],
    ] as const)
      assert.deepEqual(read(text), { values: {}, problem });
    for (const text of [
      '# HELP up x',
      '# EOF',
      'down{a="}"} +Inf',
      'down NaN 1395066363000',
      '{"a.b"} .5',
      'down { a = "b" } -1e3',
      'down\t1',
    ])
      assert.deepEqual(read(text), { values: {} }, text);
    assert.deepEqual(read('<html>\nup 1'), { values: { value: 1 } });
  });

  test('a series that two files have is named by its file; a file without the family does not count', () => {
    const texts = [
      { name: '/t/a.prom', text: 'up 1\nup{disk="a"} 2\n' },
      { name: '/t/b.prom', text: 'up 3\nup{disk="b"} 4\n' },
      { name: '/t/c.prom', text: '<html>' },
    ];
    const { values, problem, found } = readFamily(texts, { family: 'up', labels: {} });
    assert.deepEqual(values, { 'file=a.prom': 1, 'disk=a': 2, 'file=b.prom': 3, 'disk=b': 4 });
    assert.deepEqual([problem, found.map(({ name }) => name)], [undefined, ['/t/a.prom', '/t/b.prom']]);
    const none = readFamily(texts, { family: 'gone', labels: {} });
    assert.deepEqual([none.found, none.problem], [[], 'c.prom: "<html>" is no line of an exposition']);
  });

  test('series beyond the most are left out aloud when several files have them together', () => {
    const many = (name: string) => ({
      name,
      text: Array.from({ length: 60 }, (_, index) => `up{n="${name}${index}"} 1`).join('\n'),
    });
    const { values, problem } = readFamily([many('/a'), many('/b')], { family: 'up', labels: {} });
    assert.deepEqual([Object.keys(values).length, problem], [mostSeries, 'left out: all beyond 100 series']);
  });

  test('of a family with a million lines the first hundred thousand are read, and the rest is left out aloud', () => {
    const { values, problem } = read('up{a="b"} 1\n'.repeat(200_000), { a: 'c' });
    assert.deepEqual([values, problem], [{}, 'left out: all after 100000 lines of it']);
  });

  test('whatever is in the file, every value is a finite number', (t) => {
    const random = randomOf(seedOf(t));
    const parts = [
      'up',
      '{',
      '}',
      'a',
      '=',
      '"',
      ',',
      '\\',
      '\n',
      ' ',
      '1',
      '.',
      '-',
      'e',
      'NaN',
      '#',
      '\u001B',
      '\uD800',
    ];
    for (let round = 0; round < 3000; round++) {
      const length = Math.floor(random() * 60);
      const text = `up${Array.from({ length }, () => parts[Math.floor(random() * parts.length)]).join('')}`;
      for (const [name, value] of Object.entries(read(text).values))
        assert.ok(Number.isFinite(value) && name.isWellFormed() && name.length <= 200, JSON.stringify(text));
    }
  });

  test('a file of 16 MB, the most that is read, is read at once, with long lines too', () => {
    for (const part of ['up{a="b"} 1\n', 'down 1\n', 'x', 'up{a="', 'up "'])
      assert.ok(read(part.repeat(Math.floor(2 ** 24 / part.length))));
  });
});
