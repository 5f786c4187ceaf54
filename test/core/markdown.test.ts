import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { escapeCell, table } from '../../lib/core/markdown.ts';

describe('core/markdown', () => {
  test('a table has a head, a rule and its rows', () => {
    assert.equal(
      table(
        ['Check', 'Value'],
        [
          ['load', '0.5'],
          ['memory', '40 %'],
        ],
      ),
      ['| Check | Value |', '| --- | --- |', '| load | 0.5 |', '| memory | 40 % |'].join('\n'),
    );
  });

  test('a table without rows is its head alone', () => {
    assert.equal(table(['Check'], []), '| Check |\n| --- |');
  });

  test('what would be markup in a path or a message shows as it is', () => {
    const cases: [text: string, escaped: string][] = [
      ['plain text, 80 % (amber from 80 %)', 'plain text, 80 % (amber from 80 %)'],
      ['a|b', 'a\\|b'],
      ['C:\\data', 'C:\\\\data'],
      ['a\\|b', 'a\\\\\\|b'],
      ['*bold*', '\\*bold\\*'],
      ['hatpro_raw_2026', 'hatpro\\_raw\\_2026'],
      ['`rm`', '\\`rm\\`'],
      ['<script>', '\\<script\\>'],
      ['[text](url)', '\\[text\\](url)'],
      ['~~gone~~', '\\~\\~gone\\~\\~'],
    ];
    for (const [text, escaped] of cases) assert.equal(escapeCell(text), escaped);
    assert.ok(cases.length >= 10);
  });

  test('an entity in a URL shows as it is, not as the character it names', () => {
    assert.doesNotMatch(escapeCell('/?a=1&lt;=2'), /[^\\]&lt;/);
    assert.doesNotMatch(escapeCell('/?a=1&copy;=2'), /[^\\]&copy;/);
  });

  test('a line break in a cell does not end the row', () => {
    assert.equal(escapeCell('two\nlines'), 'two lines');
    assert.equal(escapeCell('two\r\nlines\tand  spaces'), 'two lines and spaces');
    assert.equal(table(['a\nb'], [['c\n| d']]), '| a b |\n| --- |\n| c \\| d |');
  });
});
