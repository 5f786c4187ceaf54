// What confirm-cycle looks for is what the stages say that they write.
import assert from 'node:assert/strict';
import test from 'node:test';
import { stages } from '../../lib/cycle/stages.ts';
import { written } from '../../lib/cycle/written.ts';

test('confirm-cycle is the last stage, and looks after all the others', () => {
  assert.equal(stages.at(-1)?.name, 'confirm-cycle');
  assert.ok(written.length >= 5);
  assert.deepEqual(
    written.map(({ name }) => name),
    stages.slice(0, -1).map(({ name }) => name),
  );
  for (const [index, { name, writes }] of written.entries()) {
    const own = new Set(stages[index]?.writes);
    assert.ok(own.size > 0 && writes.length === own.size && writes.every((file) => own.has(file)), name);
  }
});

test('of every stage but the one that mails, there is a file to look at', () => {
  for (const { name, writes } of written.filter((one) => one.name !== 'send-alerts'))
    assert.ok(
      writes.some(({ onlyOnChange }) => onlyOnChange !== true),
      name,
    );
});
