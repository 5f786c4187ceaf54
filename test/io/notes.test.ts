// The folder of silences is open to a group: whatever its members leave there, the monitor reads a bounded part of it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parseNotes } from '../../lib/alerts/silences.ts';
import { readNotes } from '../../lib/io/notes.ts';
import { temporaryFolder } from '../world.ts';

describe('io/notes', () => {
  test('of more than a thousand notes the newest are read, and the others are told as one problem', (t) => {
    const folder = temporaryFolder(t);
    for (let index = 0; index < 1200; index++) writeFileSync(join(folder, `${10_000 + index}.json`), '{}');
    const [first, ...notes] = readNotes(folder);
    assert.deepEqual(first, { name: folder, text: '', problem: '200 older files are not read: 1000 at most are' });
    assert.deepEqual([notes.length, notes.at(-1)?.name], [1000, '11199.json']);
    const { problems } = parseNotes(readNotes(folder));
    assert.equal(problems.length, 10, 'a problem for each of them');
    assert.match(problems[0] ?? '', /200 older files are not read/);
    assert.equal(problems.at(-1), 'and 992 more files among the silences');
  });
});
