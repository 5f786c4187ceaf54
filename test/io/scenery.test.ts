import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { filePool, placeFile, servePage, takeDemoFolder } from '../../lib/io/scenery.ts';
import { temporaryFolder } from '../world.ts';

describe('io/scenery', () => {
  test('takeDemoFolder takes a folder that is new, empty or of an earlier demo, and empties it', (t) => {
    const folder = join(temporaryFolder(t), 'new');
    assert.equal(takeDemoFolder(folder), folder);
    placeFile(join(folder, 'days', 'state', 'file'), 'text');
    assert.equal(takeDemoFolder(folder), folder);
    assert.ok(!existsSync(join(folder, 'days')));
    const empty = temporaryFolder(t);
    assert.equal(takeDemoFolder(empty), empty);
  });

  test('takeDemoFolder refuses a folder with other content, and changes nothing there', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'days'));
    writeFileSync(join(folder, 'days', 'precious'), '');
    assert.throws(() => takeDemoFolder(folder), /is not empty, and no demo was there before/);
    assert.deepEqual(readdirSync(join(folder, 'days')), ['precious']);
  });

  test('files of a pool have the given size and time, also when reused', (t) => {
    const folder = temporaryFolder(t);
    const pool = filePool(join(folder, 'spare'));
    pool.place(join(folder, 'a', 'one'), 5000, 1_000_000);
    pool.place(join(folder, 'a', 'two'), 10, 2_000_000);
    pool.takeBack();
    assert.deepEqual(readdirSync(join(folder, 'a')), []);
    pool.place(join(folder, 'b', 'one'), 3, 4_000_000);
    const { size, mtimeMs } = statSync(join(folder, 'b', 'one'));
    assert.deepEqual([size, mtimeMs], [3, 4_000_000]);
    assert.equal(readdirSync(join(folder, 'spare')).length, 1);
  });

  test('servePage asks for the answer at each request', async () => {
    const answer = { status: 200, ms: 0 };
    const page = await servePage(() => answer);
    const ask = () =>
      new Promise((resolve) => {
        get(page.url, (response) => resolve(response.resume().statusCode));
      });
    assert.equal(await ask(), 200);
    answer.status = 503;
    assert.equal(await ask(), 503);
    page.close();
  });
});
