import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test, { describe } from 'node:test';
import {
  csvCell,
  escapeCell,
  escapeHtml,
  escapeLabel,
  asciiMailName,
  escapeForNagios,
  escapeForSlack,
  escapeForTeams,
  oneLine,
  shellWord,
  terminalText,
} from '../../lib/core/harmless.ts';

describe('core/harmless', () => {
  test('each output format gets a text with its own special characters escaped', () => {
    const word = 'a\u001B[2J|<b>&"\'`_\n\u2028\\x';
    assert.equal(oneLine(word), 'a [2J|<b>&"\'`_ \\x');
    assert.equal(terminalText(word, true), 'a[2J|<b>&"\'`_\n\\x');
    assert.equal(terminalText('\u001B[31mred\u001B[39m', true), '\u001B[31mred\u001B[39m');
    assert.equal(terminalText('\u001B[31mred\u001B[39m', false), 'red');
    assert.equal(terminalText('\u001B[8mhidden', true), '[8mhidden');
    assert.equal(oneLine('safe\u202Etxt.exe \u2066x\u2069\u0085y\u007F'), 'safe txt.exe  x y');
    assert.equal(escapeCell('a\u001B[31m\u0007b\u202Ec'), 'a \\[31m b c');
    assert.equal(escapeLabel('a\u001Bb\rc\u202Ed'), 'a<1b>b<0d>c<202e>d');
    assert.equal(escapeHtml('<b> & "c" \'d\''), '&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;');
    assert.equal(escapeForSlack('<!channel> & "you"'), '&lt;!channel&gt; &amp; "you"');
    assert.equal(escapeForTeams('[a](b) #1'), '\\[a\\](b) \\#1');
    assert.equal(escapeLabel('a"b\\c\nd'), 'a\\"b\\\\c\\nd');
    assert.equal(escapeForNagios('a|b\r\nc'), 'a b c');
    assert.equal(asciiMailName('Zürich <x> "y"'), 'Z?rich x y');
    assert.deepEqual(['a', 'a,b', 'a"b'].map(csvCell), ['a', '"a,b"', '"a""b"']);
  });

  test('shellWord makes any name one word for a shell, and nothing in the name is executed', () => {
    assert.equal(shellWord('storage:/data/x_1.y'), 'storage:/data/x_1.y');
    const names = ['a b', "it's", '$(touch /tmp/never)', '`id`', 'a;b', '*', '!x', '"', '\\', '', '~', '#x', 'ä'];
    for (const name of names)
      assert.equal(execFileSync('sh', ['-c', `printf %s ${shellWord(name)}`], { encoding: 'utf8' }), name);
    assert.equal(shellWord('a\nb'), "'a b'", 'on one line');
  });

  test('escapeCell escapes what would be markup in a path or a message', () => {
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
      ['/?a=1&lt;=2&copy;', '/?a=1\\&lt;=2\\&copy;'], // an entity
      ['two\nlines', 'two lines'],
      ['two\r\nlines\tand  spaces', 'two lines and spaces'],
    ];
    for (const [text, escaped] of cases) assert.equal(escapeCell(text), escaped);
    assert.ok(cases.length >= 13);
  });
});
