import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alignColumns, displayWidth, dropCells, fold, foldColumns, padded } from '../../lib/core/columns.ts';

describe('core/columns', () => {
  test('displayWidth counts terminal cells', () => {
    const widths: [text: string, width: number][] = [
      ['', 0],
      ['data', 4],
      ['données', 7],
      ['donne\u0301es', 7], // e and a combining accent
      ['データ', 6],
      ['한국', 4],
      ['ﾃﾞｰﾀ', 4], // half width
      ['ＡＢ', 4], // full width
      ['𠮷', 2],
      ['🔥', 2],
      ['🇨🇭', 2],
      ['a\u200Bb', 2],
      ['● RED', 5],
      ['\u001B[1;31mred\u001B[0m', 3],
    ];
    for (const [text, width] of widths) assert.equal(displayWidth(text), width, text);
    assert.equal(padded('データ', 8), 'データ  ');
    assert.equal(padded('longer than this', 4), 'longer than this');
  });

  test('dropCells drops cells from the left, keeps colours, and puts a space where a wide character was cut', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 9].map((count) => dropCells('aデb', count)),
      ['aデb', 'デb', ' b', 'b', ''],
    );
    assert.equal(dropCells('\u001B[31mred\u001B[39m one', 2), '\u001B[31md\u001B[39m one');
    assert.equal(
      dropCells('\u001B[31mデ 1\u001B[39m  two', 3, 4),
      '\u001B[31mデ 1\u001B[39mwo',
      'the first cells stay',
    );
  });

  test('alignColumns makes each column as wide as its widest cell, and leaves no trailing spaces', () => {
    const rows = [
      ['NAME', 'VALUE', 'NOTE'],
      ['データ', '7', ''],
      ['a', '12.5', 'ok'],
    ];
    assert.deepEqual(alignColumns(rows, { right: [1] }), ['NAME    VALUE  NOTE', 'データ      7', 'a        12.5  ok']);
  });

  test('alignColumns applies an indent, a gap and a minimum width', () => {
    assert.deepEqual(alignColumns([['a', 'b']], { indent: '  ', gap: ' ', minimumWidths: [3] }), ['  a   b']);
    assert.deepEqual(alignColumns([]), []);
  });

  test('alignColumns does not count colour codes', () => {
    const red = '\u001B[31mred\u001B[0m';
    assert.deepEqual(alignColumns([[red, 'x'], ['green', 'y']]), [`${red}    x`, 'green  y']); // prettier-ignore
  });

  test('foldColumns puts a path that does not fit beside its name below it, and leaves the other rows as they are', () => {
    const rows = [
      ['report', '/var/lib/ops-monitor/health/latest_report.md'],
      ['note', 'which is kept for a year'],
    ] as const;
    assert.deepEqual(foldColumns(rows, { indent: '  ', width: 50 }), [
      '  report',
      '      /var/lib/ops-monitor/health/latest_report.md',
      '  note    which is kept for a year',
    ]);
  });

  test('foldColumns breaks only the last of many columns, and leaves a row without it one line', () => {
    const rows = [
      ['build', 'pass', ''],
      ['style', 'fail (not required)', 'exit code 2; left behind and ended: 2 processes'],
    ];
    assert.deepEqual(foldColumns(rows, { indent: '  ', width: 60 }), [
      '  build  pass',
      '  style  fail (not required)  exit code 2; left behind and',
      '                              ended: 2 processes',
    ]);
  });

  test('fold indents every line but the first, keeps the spaces within a line, and breaks no word', () => {
    assert.deepEqual(fold('  red   the disk is full', 16, '    '), ['  red   the disk', '    is full']);
    assert.deepEqual(fold('see /a/long/path', 8), ['see', '/a/long/path']);
  });

  test('foldColumns breaks the second column at spaces, and puts it below the first where that leaves it too little', () => {
    const rows = [['--for TIME', 'how long, at most thirty days, such as 4h']] as const;
    assert.deepEqual(foldColumns(rows, { indent: '  ', width: Infinity }), [
      '  --for TIME  how long, at most thirty days, such as 4h',
    ]);
    assert.deepEqual(foldColumns(rows, { indent: '  ', width: 46 }), [
      '  --for TIME  how long, at most thirty days,',
      '              such as 4h',
    ]);
    assert.deepEqual(foldColumns(rows, { indent: '  ', width: 30 }), [
      '  --for TIME',
      '      how long, at most thirty',
      '      days, such as 4h',
    ]);
  });
});
