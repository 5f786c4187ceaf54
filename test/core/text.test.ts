import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { counted, firstLine, likest, listed, nearest, reasonOf } from '../../lib/core/text.ts';

describe('core/text', () => {
  test('one is singular, and everything else plural', () => {
    assert.equal(counted(1, 'file'), '1 file');
    assert.equal(counted(0, 'file'), '0 files');
    assert.equal(counted(2, 'file'), '2 files');
    assert.equal(counted(1, 'entry', 'entries'), '1 entry');
    assert.equal(counted(3, 'entry', 'entries'), '3 entries');
  });

  test('a list says how many it leaves out, and leaves out none that fits', () => {
    assert.equal(listed([]), '');
    assert.equal(listed(['a']), 'a');
    assert.equal(listed(['a', 'b', 'c', 'd', 'e']), 'a, b, c, d, e');
    assert.equal(listed(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c, d, e and 1 more');
    assert.equal(listed(['a', 'b', 'c'], 1), 'a and 2 more');
  });

  test('of what a program said one shows the first line that says something', () => {
    assert.equal(
      firstLine('fatal: not a git repository\nStopping at filesystem boundary\n'),
      'fatal: not a git repository',
    );
    assert.equal(firstLine('\n\n  df: /data: Stale file handle\n'), 'df: /data: Stale file handle');
    assert.equal(firstLine(''), '');
    assert.equal(firstLine(' \n\t\n'), '');
  });

  test('a first line that ends as ssh ends its lines shows no carriage return', () => {
    assert.equal(firstLine('Host key verification failed.\r\nConnection closed\r\n'), 'Host key verification failed.');
  });

  test('a line too long for a report is cut with a mark, and one that just fits is not', () => {
    assert.equal(firstLine('123456789', 9), '123456789');
    assert.equal(firstLine('1234567890', 9), '12345678…');
    assert.equal(firstLine('x'.repeat(200)), 'x'.repeat(200));
    assert.equal(firstLine('x'.repeat(201)), `${'x'.repeat(199)}…`);
  });

  test('a mistyped word is answered with the one that was most likely meant', () => {
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

  test('a reason is the message and what lies beneath it, each said once', () => {
    assert.equal(reasonOf(new Error('disk full')), 'disk full');
    assert.equal(reasonOf(new Error('writing failed', { cause: new Error('ENOSPC') })), 'writing failed: ENOSPC');
    assert.equal(
      reasonOf(new Error('writing failed: ENOSPC', { cause: new Error('ENOSPC') })),
      'writing failed: ENOSPC',
    );
    const deep = new Error('a', { cause: new Error('b', { cause: new Error('c') }) });
    assert.equal(reasonOf(deep), 'a: b: c');
  });

  test('what is thrown without being an error is still a reason', () => {
    assert.equal(reasonOf('just text'), 'just text');
    assert.equal(reasonOf(undefined), 'undefined');
    assert.equal(reasonOf(42), '42');
    assert.equal(reasonOf(new Error('asked', { cause: 'SIGKILL' })), 'asked: SIGKILL');
  });

  test('a reason is one line, whatever was thrown', () => {
    assert.doesNotMatch(reasonOf(new Error('Command failed: ssh acq\nPermission denied (publickey).\n')), /[\r\n]/);
  });

  test('a reason is never empty', () => {
    const refused = [new Error('connect ECONNREFUSED ::1:8080'), new Error('connect ECONNREFUSED 127.0.0.1:8080')];
    // What Node throws where a name has several addresses.
    assert.match(reasonOf(new AggregateError(refused, '')), /ECONNREFUSED/);
    assert.notEqual(reasonOf(new Error('')), '');
  });

  test('the words that are least unlike another come first, and no more of them than asked for', () => {
    assert.deepEqual(likest('disk', ['tape', 'desk', 'disc', 'disk:data', 'disks'], 3), ['desk', 'disc', 'disks']);
    assert.deepEqual(likest('disk', ['tape'], 3), ['tape']);
  });
});
