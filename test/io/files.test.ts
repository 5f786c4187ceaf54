import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, utimesSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { appendLine, makeFolder, readIfThere, replaceFile, swapFile, sweepTemporaries } from '../../lib/io/files.ts';
import { readText, temporaryFolder } from '../world.ts';

test('a file is replaced whole, with the mode that was stated and nothing left beside it', (t) => {
  const path = join(temporaryFolder(t), 'a', 'b', 'file.json');
  replaceFile(path, 'old', 0o644);
  replaceFile(path, 'new', 0o600);
  assert.equal(readText(path), 'new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(path, '..')), ['file.json']);
});

test('a file of many megabytes is written to its end', (t) => {
  const path = join(temporaryFolder(t), 'large');
  const text = 'é'.repeat(5_000_000);
  replaceFile(path, text, 0o644);
  assert.equal(readText(path), text);
});

test('replacing where nobody may write throws, and leaves what was there', (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'file');
  writeFileSync(path, 'old');
  // A folder in the place of the temporary file cannot be had for root as well; a file in the place of the folder can.
  assert.throws(() => replaceFile(join(path, 'below'), 'new', 0o644), /ENOTDIR|EEXIST/);
  assert.equal(readText(path), 'old');
});

test('lines are appended whole, and a torn one is closed first', (t) => {
  const path = join(temporaryFolder(t), 'deep', 'lines.jsonl');
  appendLine(path, '{"a":1}', 0o644);
  appendLine(path, '{"a":2}', 0o644);
  assert.equal(readText(path), '{"a":1}\n{"a":2}\n');
  writeFileSync(path, '{"a":1}\n{"a":');
  appendLine(path, '{"a":3}', 0o644);
  assert.equal(readText(path), '{"a":1}\n{"a":\n{"a":3}\n');
});

test('what a killed run left half-made is swept away, and nothing else', (t) => {
  const folder = temporaryFolder(t);
  for (const name of [
    'latest.json',
    'latest.json.tmp-1234-5',
    'latest.json.1',
    'latest.json.20261119',
    'latest.jsonl',
    'other.json.tmp-1-2',
  ]) {
    writeFileSync(join(folder, name), '');
  }
  mkdirSync(join(folder, 'latest.json.tmp-9-9'));
  sweepTemporaries(join(folder, 'latest.json'));
  rmdirSync(join(folder, 'latest.json.tmp-9-9'));
  assert.deepEqual(readdirSync(folder).sort(), [
    'latest.json',
    'latest.json.1',
    'latest.json.20261119',
    'latest.jsonl',
    'other.json.tmp-1-2',
  ]);
  sweepTemporaries(join(folder, 'no', 'such', 'folder'));
});

test('what need not survive a power cut is replaced whole all the same, with its mode, and leaves nothing beside it', (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'a', 'thermal.prom');
  const before = process.umask(0o077);
  swapFile(path, 'old', 0o644);
  const inode = statSync(path).ino;
  swapFile(path, 'new', 0o644);
  process.umask(before);
  assert.equal(readText(path), 'new');
  assert.notEqual(statSync(path).ino, inode, 'a reader of the old one keeps it whole');
  assert.equal(statSync(path).mode & 0o777, 0o644);
  mkdirSync(join(folder, 'folder'));
  assert.throws(() => swapFile(join(folder, 'folder'), 'new', 0o644), /EISDIR/);
  // Whatever a failed one leaves, it is the failure that is told, not that of cleaning up after it.
  mkdirSync(join(folder, `b.tmp-${process.pid}-0`));
  assert.throws(() => swapFile(join(folder, 'b'), 'new', 0o644), /EISDIR: .*, open/);
  assert.deepEqual(readdirSync(folder).sort(), ['a', `b.tmp-${process.pid}-0`, 'folder']);
  assert.deepEqual(readdirSync(join(folder, 'a')), ['thermal.prom']);
});

test('folders that are made can be entered by all, whatever the umask; those that are there stay as they are', (t) => {
  const folder = temporaryFolder(t);
  const modeOf = (...names: string[]): string => (statSync(join(folder, ...names)).mode & 0o7777).toString(8);
  // A folder that hands its group on to those below.
  mkdirSync(join(folder, 'theirs'));
  chmodSync(join(folder, 'theirs'), 0o2700);
  const before = process.umask(0o027);
  replaceFile(join(folder, 'health', 'days', 'latest.json'), '{}', 0o644);
  appendLine(join(folder, 'raw', 'day.jsonl'), '{}', 0o644);
  swapFile(join(folder, 'theirs', 'textfiles', 'a.prom'), '', 0o644);
  makeFolder(join(folder, 'way', 'private'), 0o700);
  makeFolder(join(folder, 'way', 'private'));
  const after = process.umask(before);
  assert.equal(after, 0o027, 'the umask is another one');
  assert.deepEqual(
    [modeOf('health'), modeOf('health', 'days'), modeOf('raw'), modeOf('theirs', 'textfiles'), modeOf('way')],
    ['755', '755', '755', '2755', '755'],
  );
  assert.deepEqual([modeOf('theirs'), modeOf('way', 'private')], ['2700', '700']);
});

test('without a lock, what is young may be another run’s and stays', (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['a.prom.tmp-1-1', 'a.prom.tmp-2-1']) writeFileSync(join(folder, name), '');
  utimesSync(join(folder, 'a.prom.tmp-1-1'), 1000, 1000);
  sweepTemporaries(join(folder, 'a.prom'), 2_000_000);
  assert.deepEqual(readdirSync(folder), ['a.prom.tmp-2-1']);
});

test('a file that is not there is undefined; one that cannot be read is an error', (t) => {
  const folder = temporaryFolder(t);
  assert.equal(readIfThere(join(folder, 'none')), undefined);
  assert.equal(readIfThere(join(folder, 'none', 'below')), undefined);
  mkdirSync(join(folder, 'folder'));
  assert.throws(() => readIfThere(join(folder, 'folder')), /EISDIR/);
  chmodSync(join(folder, 'folder'), 0o755);
  assert.ok(existsSync(folder));
});
