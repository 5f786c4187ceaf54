import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { keepNewest } from '../../lib/io/keep-newest.ts';
import { temporaryFolder } from '../world.ts';

describe('io/keep-newest', () => {
  test('the newest files by name stay, and files of other endings', (t) => {
    const folder = temporaryFolder(t);
    for (const name of ['20260103-b.json', '20260101-z.json', '20260102-a.json', '20250101-notes.txt'])
      writeFileSync(join(folder, name), '');
    keepNewest(folder, 3);
    assert.equal(readdirSync(folder).length, 4);
    keepNewest(folder, 2);
    assert.deepEqual(readdirSync(folder).sort(), ['20250101-notes.txt', '20260102-a.json', '20260103-b.json']);
  });
});
