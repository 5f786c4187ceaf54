import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { table } from '../../lib/core/markdown.ts';

describe('core/markdown', () => {
  test('a table has a head, a rule and its rows, and without rows only head and rule', () => {
    const rows = [
      ['load', '0.5'],
      ['memory', '40 %'],
    ];
    const lines = ['| Check | Value |', '| --- | --- |', '| load | 0.5 |', '| memory | 40 % |'];
    assert.equal(table(['Check', 'Value'], rows), lines.join('\n'));
    assert.equal(table(['Check'], []), '| Check |\n| --- |');
  });

  test('a line break or a bar in a cell does not end the row', () => {
    assert.equal(table(['a\nb'], [['c\n| d']]), '| a b |\n| --- |\n| c \\| d |');
  });
});
