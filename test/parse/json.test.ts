import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { inspect } from 'node:util';
import { parseForeignJson } from '../../lib/parse/json.ts';

const limits = { characters: 2_000_000, depth: 32, values: 1000 };
const parse = (text: string) => parseForeignJson(text, 'the file', limits);
const list = (count: number, item = '0'): string => `[${Array.from({ length: count }, () => item).join(',')}]`;

describe('parse/json', () => {
  test('JSON within its limits is read as JSON.parse reads it', () => {
    const texts = [
      'null',
      '5',
      '"a"',
      '[]',
      '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
      '{"a\\"b":"[[[[{{{{,,,,::::","c\\\\":"\\\\\\"x","":{}}',
      ' \n{ "a" : [ 1 , 2 ] }\n',
      '{"constructor":1,"toString":2}',
      `${'['.repeat(32)}${']'.repeat(32)}`,
      list(998),
    ];
    for (const text of texts) assert.deepEqual(parse(text), JSON.parse(text), text);
    assert.ok(texts.length >= 10);
  });

  test('JSON beyond a limit, with a key twice or with __proto__ is refused before anything is built', () => {
    const cases: [text: string, says: RegExp][] = [
      ['x'.repeat(2_000_001), /the file has 2000001 characters; more than 2000000 are not read$/],
      ['['.repeat(1_000_000), /nested more than 32 levels deep/],
      ['{"a":'.repeat(100_000), /nested more than 32 levels deep/],
      [`${'['.repeat(33)}${']'.repeat(33)}`, /nested more than 32 levels deep/],
      [list(1_000_000 / 2), /more than 1000 values/],
      [list(300_000, '[]'), /more than 1000 values/],
      [`{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":0`).join(',')}}`, /more than 1000 values/],
      ['{"used":1,"used":2}', /the file has the key "used" twice/],
      ['{"used":1,"us\\u0065d":2}', /the file has the key "used" twice/],
      ['{"a":{"b":[1]},"a":0}', /the file has the key "a" twice/],
      ['[{"a":1},{"a":1,"a":2}]', /the file has the key "a" twice/],
      ['{"__proto__":{"verdict":"pass"}}', /the key __proto__, which is not read/],
      ['{"\\u005f_proto__":1}', /the key __proto__, which is not read/],
      ['{"a":1', /the file is not JSON: it ends too early, after 6 characters$/],
      ['"\\', /the file is not JSON/],
      ['', /the file is not JSON: it ends too early, after 0 characters$/],
      ['{"a":NaN}', /the file is not JSON/],
      [']]]]{{{{', /the file is not JSON/],
    ];
    for (const [text, says] of cases) {
      const before = performance.now();
      assert.throws(() => parse(text), says, text.slice(0, 60));
      assert.ok(performance.now() - before < 500, `${text.slice(0, 20)} took long`);
    }
    assert.ok(cases.length >= 18);
  });

  test('what is not JSON is told by its place, without anything that it holds', () => {
    const long = 'hunter2'.repeat(20);
    const cases: [text: string, line: number, column: number][] = [
      ['password=hunter2', 1, 1],
      ['{"password": hunter2}', 1, 14],
      ['{\n "password":\n  hunter2}', 3, 3],
      ['{"password":"hunter2",}', 1, 23],
      ['{"password":"hunter2"} hunter2', 1, 24],
      ['{"password":"hunter2\n"}', 1, 21],
      [`{"a":"${long}",\n"b":["${long}", tru]}`, 2, 153],
      ['{"a":}', 1, 6],
      ['[1,,2]', 1, 4],
      ['[1, hunter at position 1]', 1, 5],
    ];
    for (const [text, line, column] of cases)
      assert.throws(
        () => parse(text),
        (error: Error) => {
          const place = `the file is not JSON: it breaks at line ${line}, column ${column} (of ${text.length} characters)`;
          assert.equal(error.message, place);
          assert.doesNotMatch(inspect(error), /hunter2/);
          return true;
        },
      );
    assert.ok(cases.length >= 10);
  });

  test('sixteen million characters of any one kind are refused or read within two seconds', () => {
    const wide = { characters: 17_000_000, depth: 32, values: 200_000 };
    for (const part of [
      '[',
      '{',
      ',',
      ':',
      '"',
      '\\',
      '"\\',
      '\\"',
      '"\\\\',
      '{"a":',
      ' ',
      '"a":1,',
      '\u2028',
      '"":',
    ]) {
      const text = part.repeat(Math.floor(16_000_000 / part.length));
      const before = performance.now();
      assert.throws(() => parseForeignJson(text, 'the file', wide), Error);
      assert.ok(performance.now() - before < 2000, `${JSON.stringify(part)} took ${performance.now() - before} ms`);
    }
  });
});
