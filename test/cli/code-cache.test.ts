// The compiled code that a bundle caches for its next start.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { temporaryFolder } from '../world.ts';

describe('cli/code-cache', () => {
  test('a torn, damaged, foreign or unwritable cache only costs time', (t) => {
    const folder = temporaryFolder(t);
    const cache = join(folder, 'cache');
    const kept = join(cache, 'ops-monitor', 'compiled', 'check-config.main.cjs');
    const run = (): void => {
      const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: '/dev/null' };
      const { status, stdout, stderr } = runBundle('check-config', [], env);
      assert.match(`${stdout}${stderr}`, /not a regular file/);
      assert.equal(status, 2);
    };
    mkdirSync(join(cache, 'ops-monitor'), { recursive: true });
    run();
    const good = readFileSync(kept);
    const { mtimeMs } = statSync(kept);
    run();
    assert.equal(statSync(kept).mtimeMs, mtimeMs, 'a valid cache was written again');

    const other = Buffer.from(good);
    other.write('0'.repeat(12));
    const flipped = Buffer.from(good);
    flipped[good.length / 4] = (flipped[good.length / 4] ?? 0) ^ 0xff;
    for (const bad of [
      flipped,
      Buffer.alloc(0),
      good.subarray(0, 20),
      good.subarray(0, good.length / 2),
      Buffer.from('garbage'),
      other,
    ]) {
      writeFileSync(kept, bad);
      run();
      const anew = readFileSync(kept);
      assert.ok(anew.length > 0.9 * good.length, 'the cache was not made again');
      assert.deepEqual(anew.subarray(0, 16), good.subarray(0, 16));
    }
    assert.deepEqual(
      readdirSync(dirname(kept)).filter((name) => /\.\d+$/.test(name)),
      [],
      'a temporary file is left',
    );

    rmSync(cache, { recursive: true });
    writeFileSync(cache, 'a file where a folder should be');
    run();
    assert.ok(existsSync(cache));
  });
});
