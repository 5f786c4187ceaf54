import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { fileTable } from '../../lib/core/filetable.ts';

describe('core/filetable', () => {
  test('keeps each path once, with its last size and time, whatever its characters', () => {
    const table = fileTable({ hasPaths: true });
    const names = [
      'a.nc',
      'ä/ö.nc',
      '日本.nc',
      'a\n\t.nc',
      '😀.nc',
      '\ufffd.nc',
      'x'.repeat(4000),
      '\u00ff.nc',
      'a b.nc',
    ];
    for (const name of names) table.add(name, 1, 2);
    for (const [row, name] of names.entries()) table.add(name, row, row * 10);
    assert.equal(table.count(), names.length);
    for (const [row, name] of names.entries()) {
      assert.equal(table.pathAt(row), name);
      assert.equal(table.rowOf(table.keyAt(row)), row);
      assert.deepEqual([table.bytesAt(row), table.modifiedMsAt(row)], [row, row * 10]);
    }
  });

  test('finds every one of 300,000 similar paths again, and no other', () => {
    const [table, other] = [fileTable({ hasPaths: false }), fileTable({ hasPaths: true })];
    const name = (index: number): string => `2026/11/${index % 30}/hatpro_${index}.nc`;
    for (let index = 0; index < 300_000; index++) table.add(name(index), index, 0);
    for (let index = 299_000; index < 302_000; index++) other.add(name(index), index, 0);
    assert.equal(table.count(), 300_000);
    for (let row = 0; row < other.count(); row++) {
      const found = table.rowOf(other.keyAt(row));
      assert.equal(found < 0 ? undefined : table.bytesAt(found), row < 1000 ? other.bytesAt(row) : undefined);
      assert.equal(other.pathAt(row), name(299_000 + row));
    }
    assert.equal(table.pathAt(0), '');
  });
});
