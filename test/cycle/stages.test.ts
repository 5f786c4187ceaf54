// confirm-cycle checks the files that the stages declare as written.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { stages } from '../../lib/cycle/stages.ts';
import { written } from '../../lib/cycle/written.ts';

describe('cycle/stages', () => {
  test('confirm-cycle is the last stage, and checks the files of all others', () => {
    assert.equal(stages.at(-1)?.name, 'confirm-cycle');
    // prune-files only removes.
    const watched = stages.slice(0, -1).filter(({ name }) => name !== 'prune-files');
    assert.ok(written.length >= 5);
    assert.deepEqual(
      written.map(({ name }) => name),
      watched.map(({ name }) => name),
    );
    for (const [index, { name, writes }] of written.entries()) {
      const own = new Set(watched[index]?.writes);
      assert.ok(own.size > 0 && writes.length === own.size && writes.every((file) => own.has(file)), name);
    }
  });

  test('every stage but send-alerts writes a file in every run, which confirm-cycle can check', () => {
    for (const { name, writes } of written.filter((one) => one.name !== 'send-alerts'))
      assert.ok(
        writes.some(({ onlyOnChange }) => onlyOnChange !== true),
        name,
      );
  });
});
