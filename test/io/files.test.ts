import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmdirSync, utimesSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { appendLine, makeFolder, readIfThere, replaceFile, swapFile, sweepTemporaries } from '../../lib/io/files.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { readText, temporaryFolder } from '../world.ts';

describe('io/files', () => {
  test('replaceFile replaces the whole file with the given mode, and leaves no temporary file', (t) => {
    const path = join(temporaryFolder(t), 'a', 'b', 'file.json');
    replaceFile(path, 'old', 0o644);
    replaceFile(path, 'new', 0o600);
    assert.equal(readText(path), 'new');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(path, '..')), ['file.json']);
  });

  test('replaceFile writes a file of 10 MB completely', (t) => {
    const path = join(temporaryFolder(t), 'large');
    const text = 'é'.repeat(5_000_000);
    replaceFile(path, text, 0o644);
    assert.equal(readText(path), text);
  });

  test('replaceFile throws where it cannot write, and the old file stays', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    // A file in place of the folder makes writing fail for root too.
    assert.throws(() => replaceFile(join(path, 'below'), 'new', 0o644), /ENOTDIR|EEXIST/);
    assert.equal(readText(path), 'old');
  });

  test('appendLine appends whole lines, and closes a torn line first', (t) => {
    const path = join(temporaryFolder(t), 'deep', 'lines.jsonl');
    appendLine(path, '{"a":1}', 0o644);
    appendLine(path, '{"a":2}', 0o644);
    assert.equal(readText(path), '{"a":1}\n{"a":2}\n');
    writeFileSync(path, '{"a":1}\n{"a":');
    appendLine(path, '{"a":3}', 0o644);
    assert.equal(readText(path), '{"a":1}\n{"a":\n{"a":3}\n');
  });

  test('sweepTemporaries removes temporary files of killed runs, and no other file', (t) => {
    const folder = temporaryFolder(t);
    const others = ['latest.json', 'latest.json.1', 'latest.json.20261119', 'latest.jsonl', 'other.json.tmp-1-2'];
    for (const name of [...others, 'latest.json.tmp-1234-5']) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, 'latest.json.tmp-9-9'));
    sweepTemporaries(join(folder, 'latest.json'));
    rmdirSync(join(folder, 'latest.json.tmp-9-9'));
    assert.deepEqual(readdirSync(folder).sort(), others);
    sweepTemporaries(join(folder, 'no', 'such', 'folder'));
  });

  test('swapFile replaces the whole file with the given mode, and leaves no temporary file', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'a', 'thermal.prom');
    const before = process.umask(0o077);
    swapFile(path, 'old', 0o644);
    const inode = statSync(path).ino;
    swapFile(path, 'new', 0o644);
    process.umask(before);
    assert.equal(readText(path), 'new');
    assert.notEqual(statSync(path).ino, inode, 'a reader of the old file keeps it whole');
    assert.equal(statSync(path).mode & 0o777, 0o644);
    mkdirSync(join(folder, 'folder'));
    assert.throws(() => swapFile(join(folder, 'folder'), 'new', 0o644), /EISDIR/);
    assert.deepEqual(readdirSync(folder).sort(), ['a', 'folder']);
    assert.deepEqual(readdirSync(join(folder, 'a')), ['thermal.prom']);
  });

  test('new folders have mode 755 whatever the umask, and existing folders keep their mode', (t) => {
    const folder = temporaryFolder(t);
    const modeOf = (...names: string[]): string => (statSync(join(folder, ...names)).mode & 0o7777).toString(8);
    // A setgid folder: new files and folders inherit its group.
    mkdirSync(join(folder, 'theirs'));
    chmodSync(join(folder, 'theirs'), 0o2700);
    const before = process.umask(0o027);
    replaceFile(join(folder, 'health', 'days', 'latest.json'), '{}', 0o644);
    appendLine(join(folder, 'raw', 'day.jsonl'), '{}', 0o644);
    swapFile(join(folder, 'theirs', 'textfiles', 'a.prom'), '', 0o644);
    makeFolder(join(folder, 'way', 'private'), 0o700);
    makeFolder(join(folder, 'way', 'private'));
    const after = process.umask(before);
    assert.equal(after, 0o027, 'the umask was not restored');
    assert.deepEqual(
      [modeOf('health'), modeOf('health', 'days'), modeOf('raw'), modeOf('theirs', 'textfiles'), modeOf('way')],
      ['755', '755', '755', '2755', '755'],
    );
    assert.deepEqual([modeOf('theirs'), modeOf('way', 'private')], ['2700', '700']);
  });

  test('sweepTemporaries keeps files younger than the given time, which may belong to another run', (t) => {
    const folder = temporaryFolder(t);
    for (const name of ['a.prom.tmp-1-1', 'a.prom.tmp-2-1']) writeFileSync(join(folder, name), '');
    utimesSync(join(folder, 'a.prom.tmp-1-1'), 1000, 1000);
    sweepTemporaries(join(folder, 'a.prom'), 2_000_000);
    assert.deepEqual(readdirSync(folder), ['a.prom.tmp-2-1']);
  });

  test('readIfThere returns undefined for a missing file, and throws for a folder', (t) => {
    const folder = temporaryFolder(t);
    assert.equal(readIfThere(join(folder, 'none')), undefined);
    assert.equal(readIfThere(join(folder, 'none', 'below')), undefined);
    mkdirSync(join(folder, 'folder'));
    assert.throws(() => readIfThere(join(folder, 'folder')), /EISDIR/);
  });

  test('a named pipe or a device in the place of a file of the archive is refused at once', (t) => {
    const pipe = join(temporaryFolder(t), 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero']) {
      assert.throws(() => storeFiles.readText(path), /is not a regular file/);
      assert.throws(() => storeFiles.readBytes(path), /is not a regular file/);
    }
  });
});
