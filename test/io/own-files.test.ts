// Files that are believed only if nobody else can have written them.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import test, { describe } from 'node:test';
import { readOwnFile, replaceOwnFile } from '../../lib/io/own-files.ts';
import { temporaryFolder } from '../world.ts';

describe('io/own-files', () => {
  test('believes a private file in a private folder, and nothing that another user may have written', async (t) => {
    const path = join(temporaryFolder(t), 'cache', 'ops-monitor', 'kept.json');
    const folder = dirname(path);
    await replaceOwnFile(path, 'mine');
    assert.equal(readOwnFile(path), 'mine');
    assert.deepEqual([statSync(folder).mode & 0o777, statSync(path).mode & 0o777], [0o700, 0o600]);
    const other = join(folder, 'other.json');
    const wrong: Record<string, () => void> = {
      'the group may write to the file': () => chmodSync(path, 0o620),
      'all may write to the file': () => chmodSync(path, 0o602),
      'the group may write to the folder': () => chmodSync(folder, 0o770),
      'all may write to the folder': () => chmodSync(folder, 0o707),
      'a folder in its place': () => (rmSync(path), mkdirSync(path)),
      'a file that is far too large': () => truncateSync(path, 17 * 1024 * 1024),
      'a FIFO in its place': () => (rmSync(path), execFileSync('mkfifo', [path])),
    };
    assert.ok(Object.keys(wrong).length > 6);
    for (const [what, make] of Object.entries(wrong)) {
      make();
      assert.equal(readOwnFile(path), undefined, what);
      rmSync(folder, { recursive: true });
      await replaceOwnFile(path, 'mine');
    }
    renameSync(path, other);
    symlinkSync(other, path);
    assert.throws(() => readOwnFile(path), /ELOOP/);
    await replaceOwnFile(path, 'new');
    assert.deepEqual([readOwnFile(path), readOwnFile(other)], ['new', 'mine'], 'the link is replaced, not its target');
    rmSync(path);
    assert.equal(readOwnFile(path), undefined, 'a missing file');
  });

  test('writes nothing into a folder to which others may write', async (t) => {
    const folder = join(temporaryFolder(t), 'cache');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    await assert.rejects(replaceOwnFile(join(folder, 'kept.json'), 'mine'), /cache is not this user's alone$/);
    assert.deepEqual(readdirSync(folder), []);
    assert.ok(!existsSync(join(folder, 'kept.json')));
  });
});
