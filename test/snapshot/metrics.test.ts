// The metrics probe on real files.
import assert from 'node:assert/strict';
import { symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { metrics } from '../../lib/snapshot/probes/metrics.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { localHost, writeModified } from './machine.ts';

const at = new Date('2026-11-20T08:00:00Z');

const read = (file: string, more = '') =>
  metrics.read({
    host: () => localHost('/nonexistent'),
    config: configurationOf(`metrics: { x: { file: "${file}", family: up${more} } }`),
    item: 'x',
    previous: undefined,
    bootId: '',
    at,
  });

describe('metrics probe', () => {
  test('a file gives the chosen series and its age, also behind a link', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'a.prom');
    writeModified(file, 'up{job="a",n="1"} 5\nup{job="b",n="1"} 6\n', new Date(at.getTime() - 60_000));
    symlinkSync(file, join(folder, 'link.prom'));
    const found = await read(join(folder, 'link.prom'), ', labels: { job: a }, red: "0:4"');
    assert.deepEqual(
      [found.values, found.age_seconds, found.stale_seconds, found.limits],
      [{ 'n=1': 5 }, 60, 93_600, { red: '0:4' }],
    );
  });

  test('a file that is missing, of 200 MB or from the future has no reading', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(read(join(folder, 'none.prom')), /ENOENT/);
    const [big, future] = [join(folder, 'big.prom'), join(folder, 'future.prom')];
    writeModified(big, 'up 1\n', at);
    truncateSync(big, 200_000_000);
    utimesSync(big, at, at);
    await assert.rejects(read(big), /too large to be read whole/);
    writeModified(future, 'up 1\n', new Date(at.getTime() + 3_600_000));
    await assert.rejects(read(future), /was written in the future/);
  });
});
