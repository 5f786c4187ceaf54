// The simulated machines answer as real ones do: with the output of the real programs, and with their errors.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { virtualClock } from '../../lib/demo/clock.ts';
import { faults, monthStart } from '../../lib/demo/faults.ts';
import { simulatedSite } from '../../lib/demo/host.ts';
import { powerFile, powerPaths } from '../../lib/demo/power.ts';
import { archiveBegins, day, hour, minute, newestSample, powerAt } from '../../lib/demo/scenario.ts';

const signal = new AbortController().signal;
const hostsAt = (at: number) => simulatedSite(virtualClock(at))();
const search = (folder: string) => [...`find -H ${folder} -maxdepth 1 -type f -name *.nc -printf`.split(' '), ''];

describe('simulated hosts', () => {
  test('a missing file, folder or program gives the error that a real machine gives (ENOENT)', async () => {
    const local = hostsAt(monthStart)('local', signal);
    for (const ask of [
      () => local.readText('/etc/passwd'),
      () => local.readBytes('/data/aurora/products/power/power.zarr/zarr.json'),
      () => local.stat('/nowhere'),
      () => local.list('/nowhere'),
    ])
      await assert.rejects(ask, { code: 'ENOENT' });
    await assert.rejects(local.run(['zpool', 'status']), /zpool status is not installed/);
    await assert.rejects(hostsAt(monthStart)('source', signal).run(['systemctl']), /not installed/);
    assert.throws(() => hostsAt(monthStart)('elsewhere', signal), /no machine "elsewhere"/);
  });

  test('a cached folder listing equals a fresh one at every time', async () => {
    // Around every fault of a stream, at times that fall on its files and between them.
    const clock = virtualClock(monthStart);
    const site = simulatedSite(clock);
    let looks = 0;
    for (const { begins, ends } of faults.slice(0, 12)) {
      const instants = [
        begins - 1,
        begins,
        begins + 7 * minute,
        (begins + ends) / 2,
        ends - 1,
        ends,
        ends + 11 * minute,
      ];
      for (const at of instants) {
        const folders = [0, 1].flatMap((back) => {
          const date = new Date(at - back * day).toISOString().slice(0, 10).replaceAll('-', '/');
          return [`/gws/aurora/raw/ceilometer/${date}`, `/project/aurora/raw/mrr/${date}`];
        });
        for (const folder of folders) {
          clock.setTo(at);
          const known = await site()('local', signal).run(search(folder)).catch(String);
          const fresh = await hostsAt(at)('local', signal).run(search(folder)).catch(String);
          assert.deepEqual(known, fresh, `${folder} at ${new Date(at).toISOString()}`);
          looks += 1;
        }
      }
    }
    assert.ok(looks > 300);
  });

  test('list names the years, months and days of the archive', async () => {
    const source = hostsAt(monthStart + 2 * hour)('source', signal);
    assert.deepEqual(await source.list('/data/hatpro'), ['2026']);
    assert.deepEqual((await source.list('/data/hatpro/2026')).toSorted(), ['09', '10']);
    assert.equal((await source.list('/data/hatpro/2026/09')).length, 12);
  });
});

describe('simulated power store', () => {
  test('power store has one chunk for each day, matching metadata, and NaN after the newest sample', () => {
    const at = monthStart + 3 * day + 7 * hour + minute;
    const shift = 1000 * hour;
    const paths = powerPaths({ at, shift });
    const read = (path: string): Buffer => Buffer.from(powerFile(path, { at, shift }) ?? assert.fail(path));
    for (const path of paths) assert.ok(read(path).length > 0, path);
    const consolidated = JSON.parse(read('.zmetadata').toString()) as { metadata: Record<string, unknown> };
    const metadata = paths.filter((path) => /\.z(group|attrs|array)$/.test(path));
    assert.deepEqual(Object.keys(consolidated.metadata).sort(), metadata.toSorted());
    for (const path of metadata) assert.deepEqual(JSON.parse(read(path).toString()), consolidated.metadata[path], path);

    const { shape, chunks } = JSON.parse(read('BatterySOC/.zarray').toString()) as {
      shape: number[];
      chunks: number[];
    };
    const last = (shape[0] ?? 0) / (chunks[0] ?? 1) - 1;
    assert.equal(last, (monthStart - archiveBegins) / day + 3);
    assert.equal(powerFile(`BatterySOC/${last + 1}`, { at, shift }), undefined);
    assert.equal(powerFile('Nothing/0', { at, shift }), undefined);
    const newest = 7 * 12;
    assert.equal(read(`time/${last}`).readBigInt64LE(newest * 8), BigInt((newestSample(at) + shift) / 1000));
    assert.equal(read(`BatterySOC/${last}`).readDoubleLE(newest * 8), powerAt(newestSample(at)).charge);
    assert.ok(Number.isNaN(read(`BatterySOC/${last}`).readDoubleLE((newest + 1) * 8)));
  });
});

describe('unreachable source', () => {
  test('source is unreachable while its link is down, and only the first connection waits', async () => {
    const fault = faults.find(({ subject }) => subject === 'source');
    assert.ok(fault);
    const clock = virtualClock(fault.begins);
    const source = simulatedSite(clock)()('source', signal);
    await assert.rejects(source.run(['true']), /source cannot be reached/);
    await assert.rejects(source.readText('/proc/self/mountinfo'), /source cannot be reached/);
    assert.equal(clock.now().getTime() - fault.begins, 7000, 'one connection is tried, not two');
  });
});
