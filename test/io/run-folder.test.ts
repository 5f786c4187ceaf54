// Folders of artifacts: what a reader of `latest` and of the runs sees.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { runFolderId } from '../../lib/contract/run-folder.ts';
import { openRunFolder } from '../../lib/io/run-folder.ts';
import { readText, temporaryFolder } from '../world.ts';

const idOf = (day: number): string => runFolderId(new Date(Date.UTC(2026, 10, day)));

function publish(base: string, day: number, keep: number, runs?: string): void {
  const folder = openRunFolder(base, idOf(day), keep, runs);
  folder.write('day', String(day));
  folder.publish();
}

describe('io/run-folder', () => {
  test('the runs lie in `runs`, or beside `latest` where the folder of the runs is empty', (t) => {
    for (const [runs, target] of [
      [undefined, `runs/${idOf(3)}`],
      ['', idOf(3)],
    ] as const) {
      const base = temporaryFolder(t);
      for (const day of [1, 2, 3]) publish(base, day, 2, runs);
      assert.equal(readlinkSync(join(base, 'latest')), target);
      assert.equal(readText(join(base, 'latest', 'day')), '3');
      const folder = join(base, runs ?? 'runs');
      assert.deepEqual(
        readdirSync(folder)
          .filter((name) => name !== 'latest')
          .sort(),
        [idOf(2), idOf(3)],
      );
    }
  });

  test('what is no run is not removed: a folder of a person, a file', (t) => {
    const base = temporaryFolder(t);
    for (const name of ['notes', 'old.unfinished']) mkdirSync(join(base, name));
    writeFileSync(join(base, 'history.jsonl'), '');
    mkdirSync(join(base, `${idOf(1)}.unfinished`));
    for (const day of [2, 3]) publish(base, day, 1, '');
    assert.deepEqual(readdirSync(base).sort(), [idOf(3), 'history.jsonl', 'latest', 'notes', 'old.unfinished'].sort());
  });

  test('a file that cannot be written, as on a full disk, is named', (t) => {
    const folder = openRunFolder(temporaryFolder(t), idOf(1), 1);
    mkdirSync(join(folder.path, 'summary.json'));
    assert.throws(() => folder.write('summary.json', ''), { message: `writing ${folder.path}/summary.json failed` });
  });

  test('the newest run stays where the clock was set back, and `latest` leads to it', (t) => {
    const base = temporaryFolder(t);
    for (const day of [11, 12, 5]) publish(base, day, 2);
    assert.equal(readText(join(base, 'latest', 'day')), '5');
    assert.deepEqual(readdirSync(join(base, 'runs')).sort(), [idOf(5), idOf(12)]);
    assert.ok(!existsSync(join(base, 'runs', idOf(11))));
  });
});
