// What somebody puts into a folder that a group may write to: links in place of our files, and guessed temporary names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { appendLine, overwriteFile, replaceFile, swapFile } from '../../lib/io/files.ts';
import { writeNewFolder } from '../../lib/io/new-folder.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { readText, temporaryFolder } from '../world.ts';

const bytes = new TextEncoder().encode('ours');

describe('io/planted', () => {
  test('a link in the place of a file is replaced or refused, and its target neither written nor given another mode', (t) => {
    const writers: Record<string, [write: (path: string, folder: string) => void, refused?: RegExp]> = {
      replaceFile: [(path) => replaceFile(path, 'ours', 0o644)],
      swapFile: [(path) => swapFile(path, 'ours', 0o644)],
      appendLine: [
        (path) => appendLine(path, 'ours', 0o644),
        /it is a link, which somebody else may have put there; remove it/,
      ],
      overwriteFile: [(path) => overwriteFile(path, 'ours', 0o644), /ELOOP/],
      'store.put': [(path, folder) => storeFiles.put(path, bytes, join(folder, 'scratch'))],
      'store.write': [(path) => storeFiles.write(path, bytes)],
      'store.writeAt': [(path) => void storeFiles.writeAt(path, 0, bytes), /ELOOP/],
    };
    assert.ok(Object.keys(writers).length >= 7);
    for (const [name, [write, refused]] of Object.entries(writers)) {
      for (const target of ['victim', 'nothing-yet']) {
        const folder = temporaryFolder(t);
        writeFileSync(join(folder, 'victim'), 'secret', { mode: 0o600 });
        const path = join(folder, 'latest.json');
        symlinkSync(join(folder, target), path);
        if (refused) assert.throws(() => write(path, folder), refused, name);
        else {
          write(path, folder);
          assert.ok(lstatSync(path).isFile(), `${name} leaves the link`);
          assert.equal(readText(path), 'ours');
        }
        assert.equal(readText(join(folder, 'victim')), 'secret', name);
        assert.equal(statSync(join(folder, 'victim')).mode & 0o777, 0o600, name);
        assert.ok(!readdirSync(folder).includes('nothing-yet'), `${name} creates the target of a link`);
      }
    }
  });

  test('a FIFO or a folder in the place of a day’s file is an error', (t) => {
    const folder = temporaryFolder(t);
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    mkdirSync(join(folder, 'folder'));
    assert.throws(() => appendLine(join(folder, 'fifo'), 'ours', 0o644), /is a named pipe/);
    assert.throws(() => appendLine(join(folder, 'folder'), 'ours', 0o644), /EISDIR/);
  });

  test('two temporary names of one process differ, and planting those of before costs nothing', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'victim'), 'secret');
    for (const count of Array.from({ length: 50 }).keys())
      symlinkSync(join(folder, 'victim'), join(folder, `thermal.prom.tmp-${process.pid}-${count}`));
    for (const write of [swapFile, replaceFile]) {
      write(join(folder, 'thermal.prom'), 'ours', 0o644);
      assert.equal(readText(join(folder, 'thermal.prom')), 'ours');
    }
    assert.equal(readText(join(folder, 'victim')), 'secret');
  });

  test('a new folder and an archive’s files have their modes whatever the umask', async (t) => {
    for (const umask of [0o077, 0o000]) {
      const folder = temporaryFolder(t);
      const before = process.umask(umask);
      try {
        storeFiles.put(join(folder, 'zarr', 'zarr.json'), bytes, join(folder, 'scratch'), { durable: true });
        storeFiles.write(join(folder, 'zarr', 'time', 'zarr.json'), bytes);
        await writeNewFolder(join(folder, 'export'), 0o444, async ({ write }) => write('a/zarr.json', bytes));
      } finally {
        process.umask(before);
      }
      const modes = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return `${path.slice(folder.length + 1)} ${(statSync(path).mode & 0o777).toString(8)}`;
      });
      const expected =
        'export 755|export/a 755|export/a/zarr.json 444|scratch 755|zarr 755|zarr/time 755|zarr/time/zarr.json 644|zarr/zarr.json 644';
      assert.deepEqual(modes.sort(), expected.split('|'));
    }
  });
});
