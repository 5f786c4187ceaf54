import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { compareListings } from '../../lib/core/compare.ts';
import { fileTable } from '../../lib/core/filetable.ts';

interface Listed {
  readonly path: string;
  readonly size_bytes: number;
  readonly modified: Date;
}

function tableOf(files: readonly Listed[]) {
  const table = fileTable({ hasPaths: true });
  for (const { path, size_bytes, modified } of files) table.add(path, size_bytes, modified.getTime());
  return table;
}

const compare = (source: readonly Listed[], mirror: readonly Listed[], when: { at: Date; window: number }) =>
  compareListings(tableOf(source), tableOf(mirror), when);

const at = new Date('2026-11-20T12:00:00Z');
const now = { at, window: 2 * 3600 };
const file = (path: string, hour: number, size_bytes = 10): Listed => ({
  path,
  size_bytes,
  modified: new Date(Date.UTC(2026, 10, 20) + hour * 3_600_000),
});

describe('core/compare', () => {
  test('counts missing files, files of another size and extra files, and names the worst, newest first', () => {
    const source = [file('a', 1), file('b', 2), file('c', 3), file('d', 4)];
    const mirror = [file('a', 1), file('c', 9, 11), file('x', 1)];
    assert.deepEqual(compare(source, mirror, now), {
      source_files: 4,
      missing_files: 2,
      mismatched_files: 1,
      extra_files: 1,
      coverage_percent: 25,
      lag_seconds: 10 * 3600,
      worst: ['d', 'c', 'b'],
      missing_names: ['d', 'b'],
      mismatched_names: ['c'],
    });
  });

  test('a file younger than the window counts for the lag, and not against the coverage', () => {
    const compared = compare([file('a', 9), file('new', 11)], [file('a', 9)], now);
    assert.equal(compared.coverage_percent, 100);
    assert.equal(compared.missing_files, 0);
    assert.equal(compared.lag_seconds, 3600);
  });

  test('a copied file from the future hides no lag', () => {
    const source = [file('ahead', 36), file('a', 1), file('b', 9)];
    assert.equal(compare(source, [file('ahead', 36), file('a', 1)], now).lag_seconds, 3 * 3600);
  });

  test('a complete mirror has no lag, however long the source pauses; after a pause the lag begins with the first new file', () => {
    assert.equal(compare([file('a', 1)], [file('a', 1)], now).lag_seconds, 0);
    const goesOn = compare([file('a', 1), file('b', 11.5)], [file('a', 1)], now);
    assert.equal(goesOn.lag_seconds, 1800, 'not the ten hours and a half of the pause');
    const stopped = compare(
      [2, 5, 8, 11].map((hour) => file(`${hour}`, hour)),
      [file('2', 2)],
      now,
    );
    assert.equal(stopped.lag_seconds, 7 * 3600, 'since the first file that did not arrive');
  });

  test('an old file that the mirror has lost counts as missing, not as lag', () => {
    const { lag_seconds, missing_files } = compare([file('a', 1), file('b', 9)], [file('b', 9)], now);
    assert.deepEqual([lag_seconds, missing_files], [0, 1]);
  });

  test('one missing file of 2,000,000 is not full coverage', () => {
    const source = Array.from({ length: 2_000_000 }, (_, index) => ({
      path: String(index),
      size_bytes: 1,
      modified: new Date(0),
    }));
    const compared = compare(source, source.slice(1), now);
    assert.ok((compared.coverage_percent ?? 100) < 100);
  });

  test('an empty source has no coverage, and an empty mirror no lag', () => {
    const empty = compare([], [file('x', 1)], now);
    assert.ok(!('coverage_percent' in empty) && !('lag_seconds' in empty));
    assert.equal(empty.extra_files, 1);
    const none = compare([file('a', 1)], [], now);
    assert.equal(none.coverage_percent, 0);
    assert.ok(!('lag_seconds' in none));
  });
});
