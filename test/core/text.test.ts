import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  counted,
  firstLine,
  closestWords,
  identifierOf,
  listed,
  nearest,
  reasonOf,
  readingReason,
  wildcard,
} from '../../lib/core/text.ts';

describe('core/text', () => {
  test('counted uses the singular only for 1', () => {
    assert.equal(counted(1, 'file'), '1 file');
    assert.equal(counted(0, 'file'), '0 files');
    assert.equal(counted(2, 'file'), '2 files');
    assert.equal(counted(1, 'entry', 'entries'), '1 entry');
    assert.equal(counted(3, 'entry', 'entries'), '3 entries');
  });

  test('listed says how many words it leaves out', () => {
    assert.equal(listed([]), '');
    assert.equal(listed(['a']), 'a');
    assert.equal(listed(['a', 'b', 'c', 'd', 'e']), 'a, b, c, d, e');
    assert.equal(listed(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c, d, e and 1 more');
    assert.equal(listed(['a', 'b', 'c'], 1), 'a and 2 more');
  });

  test('firstLine returns the first non-empty line, without a carriage return, cut with a mark', () => {
    assert.equal(firstLine('fatal: not a git repository\nStopping at boundary\n'), 'fatal: not a git repository');
    assert.equal(firstLine('\n\n  df: /data: Stale file handle\n'), 'df: /data: Stale file handle');
    assert.equal(firstLine(''), '');
    assert.equal(firstLine(' \n\t\n'), '');
    assert.equal(firstLine('Host key verification failed.\r\nConnection closed\r\n'), 'Host key verification failed.');
    assert.equal(firstLine('123456789', 9), '123456789');
    assert.equal(firstLine('1234567890', 9), '12345678…');
    assert.equal(firstLine('x'.repeat(200)), 'x'.repeat(200));
    assert.equal(firstLine('x'.repeat(201)), `${'x'.repeat(199)}…`);
  });

  test('nearest returns the known word closest to a mistyped one', () => {
    const known = ['filesystems', 'services', 'endpoints', 'limits', 'site'];
    const cases: [word: string, meant: string | undefined][] = [
      ['filesystem', 'filesystems'],
      ['filesytems', 'filesystems'],
      ['servcies', 'services'],
      ['endpoint', 'endpoints'],
      ['limit', 'limits'],
      ['site', 'site'],
      ['sites', 'site'],
      ['thermometers', undefined],
      ['workspace', undefined],
    ];
    for (const [word, meant] of cases) assert.equal(nearest(word, known), meant, word);
    assert.ok(cases.length >= 9);
    assert.equal(nearest('anything', []), undefined);
  });

  test('reasonOf joins the messages of an error and its causes, each once', () => {
    assert.equal(reasonOf(new Error('disk full')), 'disk full');
    assert.equal(reasonOf(new Error('writing failed', { cause: new Error('ENOSPC') })), 'writing failed: ENOSPC');
    assert.equal(
      reasonOf(new Error('writing failed: ENOSPC', { cause: new Error('ENOSPC') })),
      'writing failed: ENOSPC',
    );
    const deep = new Error('a', { cause: new Error('b', { cause: new Error('c') }) });
    assert.equal(reasonOf(deep), 'a: b: c');
  });

  test('reasonOf accepts thrown values that are not errors', () => {
    assert.equal(reasonOf('just text'), 'just text');
    assert.equal(reasonOf(undefined), 'undefined');
    assert.equal(reasonOf(42), '42');
    assert.equal(reasonOf(new Error('asked', { cause: 'SIGKILL' })), 'asked: SIGKILL');
  });

  test('reasonOf returns one line that is never empty', () => {
    assert.doesNotMatch(reasonOf(new Error('Command failed: ssh acq\nPermission denied (publickey).\n')), /[\r\n]/);
    const refused = [new Error('connect ECONNREFUSED ::1:8080'), new Error('connect ECONNREFUSED 127.0.0.1:8080')];
    // Node throws an AggregateError where a name has several addresses.
    assert.match(reasonOf(new AggregateError(refused, '')), /ECONNREFUSED/);
    assert.notEqual(reasonOf(new Error('')), '');
  });

  test('closestWords orders words by edit distance, and returns no more than asked for', () => {
    assert.deepEqual(closestWords('disk', ['tape', 'desk', 'disc', 'disk:data', 'disks'], 3), [
      'desk',
      'disc',
      'disks',
    ]);
    assert.deepEqual(closestWords('disk', ['tape'], 3), ['tape']);
  });

  test('identifierOf keeps ASCII names as they always were', () => {
    const cases = {
      'sync-data.timer': 'sync_data_timer',
      '/': 'root',
      '': 'root',
      '/data/raw': 'data_raw',
      'a b|c': 'a_b_c',
    };
    for (const [name, identifier] of Object.entries(cases)) assert.equal(identifierOf(name), identifier);
  });

  test('identifierOf gives names beyond ASCII, or without a letter, an identifier of their own', () => {
    const names = [
      '/data/größe',
      '/data/grosse',
      '/data/grösse',
      '/данные',
      '/数据',
      '/量',
      '/données',
      '/donnees',
      '//',
      '.',
      '-',
      '/ ',
      'é',
      'e\u0301',
      '\u0000',
      '😀',
    ];
    const identifiers = names.map(identifierOf);
    assert.equal(new Set(identifiers).size, names.length, identifiers.join(' '));
    for (const identifier of identifiers) assert.match(identifier, /^[A-Za-z]\w*$/);
    assert.match(identifierOf('/data/größe'), /^data_grosse_[0-9a-f]{8}$/);
    assert.match(identifierOf('/数据'), /^name_[0-9a-f]{8}$/);
    assert.equal(identifierOf('/data/größe'), identifierOf('/data/größe'), 'stable');
    assert.ok(names.length >= 16);
  });

  test('readingReason says in words what is wrong with a path that was looked at', () => {
    const reasonFor = (code: string, syscall = 'lstat', path: string | undefined = '/data') =>
      readingReason(Object.assign(new Error(`${code}: from the system, ${syscall} '/data'`), { code, syscall, path }));
    assert.equal(reasonFor('ENOENT'), '/data does not exist');
    assert.equal(reasonFor('ENOENT', 'open'), '/data does not exist');
    assert.equal(reasonFor('EACCES', 'statfs'), '/data cannot be opened by this user: no permission');
    assert.equal(reasonFor('ENOENT', 'spawn df'), "ENOENT: from the system, spawn df '/data'");
    assert.equal(reasonFor('EWHATEVER'), "EWHATEVER: from the system, lstat '/data'");
    assert.equal(readingReason('words'), 'words');
  });

  test('a star stands for any characters, none included', () => {
    const fits: [string, string[], string[]][] = [
      ['a', ['a'], ['', 'aa', 'A']],
      ['a*', ['a', 'ab\nc'], ['', 'ba']],
      ['*a', ['a', 'ba'], ['ab']],
      ['a*a', ['aa', 'aba'], ['a', 'ab']],
      ['a*b*a', ['aba', 'abba', 'axbxa'], ['aa', 'ab', 'ba']],
      ['*ab*ab*', ['abab', 'xabyabz'], ['ab', 'aab', 'aba']],
      ['a.c*', ['a.c'], ['abc']],
      ['**', ['', 'x'], []],
    ];
    for (const [pattern, yes, no] of fits) {
      for (const text of yes) assert.ok(wildcard(pattern).test(text), `${pattern} fits ${text}`);
      for (const text of no) assert.ok(!wildcard(pattern).test(text), `${pattern} does not fit ${text}`);
    }
  });

  test('a pattern of many stars is quick on any text', () => {
    // A regular expression would take years.
    assert.ok(!wildcard(`${'a*'.repeat(30)}b`).test('a'.repeat(4000)));
  });
});
