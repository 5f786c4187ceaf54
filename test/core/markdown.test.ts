import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { escapeCell } from '../../lib/core/harmless.ts';
import { table } from '../../lib/core/markdown.ts';

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

  test('a line break in a cell does not end the row', () => {
    assert.equal(escapeCell('two\nlines'), 'two lines');
    assert.equal(escapeCell('two\r\nlines\tand  spaces'), 'two lines and spaces');
    assert.equal(table(['a\nb'], [['c\n| d']]), '| a b |\n| --- |\n| c \\| d |');
  });
});
