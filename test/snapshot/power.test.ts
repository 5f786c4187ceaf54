// The power probe against a small Zarr store in memory. Stores that xarray wrote: test/real/zarr.test.ts.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Absent } from '../../lib/contract/errors.ts';
import { power } from '../../lib/snapshot/probes/power.ts';
import { streams } from '../../lib/snapshot/probes/streams.ts';
import { hostOf } from '../host.ts';
import { names, type Store, storeFiles } from '../store.ts';
import { configurationOf } from '../world.ts';

const at = new Date('2026-11-20T12:00:00Z');

/** A machine with that store, and the list of its reads. */
function machine(store: Omit<Store, 'at'>, more: Record<string, string> = {}) {
  const files = new Map(storeFiles({ ...store, at }).map(([path, bytes]) => [`/p.zarr/${path}`, bytes]));
  for (const [path, text] of Object.entries(more)) files.set(`/p.zarr/${path}`, new TextEncoder().encode(text));
  const reads: string[] = [];
  const host = hostOf({
    readBytes: async (path) => {
      const found = files.get(path);
      if (!found) throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
      reads.push(path.slice('/p.zarr/'.length));
      return found;
    },
    list: async () => [...new Set([...files.keys()].map((path) => path.split('/')[2] ?? ''))],
  });
  const from = { host: () => host, item: 'p', previous: undefined, bootId: '', at };
  return {
    reads,
    read: (text = 'power: { store: /p.zarr }') => power.read({ ...from, config: configurationOf(text) }),
    readStream: () =>
      streams.read({ ...from, config: configurationOf('streams: { p: { source: { root: /p.zarr, time: zarr } } }') }),
  };
}

const tenMinutes = Array.from({ length: 40 }, (_, index) => (39 - index) * 10);

describe('power probe', () => {
  test('each quantity is the newest finite sample, with its own time and age', async () => {
    const nan = Number.NaN;
    const tail = (...last: number[]) => [...Array.from({ length: 40 - last.length }, () => 5), ...last];
    const { read } = machine({
      minutes: tenMinutes,
      values: {
        DCInverterVolts: tail(51.25),
        BatterySOC: tail(66, nan, nan),
        InternalTemperature: tail(-3.5, nan, Number.POSITIVE_INFINITY, nan, nan, nan),
      },
    });
    assert.deepEqual(await read(), {
      host: 'local',
      store: '/p.zarr',
      stale_seconds: 3600,
      voltage_volts: 51.25,
      voltage_sampled_at: '2026-11-20T12:00:00.000Z',
      voltage_age_seconds: 0,
      charge_percent: 66,
      charge_sampled_at: '2026-11-20T11:40:00.000Z',
      charge_age_seconds: 1200,
      temperature_celsius: -3.5,
      temperature_sampled_at: '2026-11-20T11:10:00.000Z',
      temperature_age_seconds: 3000,
    });
  });

  test('a healthy store costs one chunk of each array', async () => {
    for (const consolidated of [true, false]) {
      const { read, reads } = machine({ minutes: tenMinutes, consolidated });
      await read();
      assert.deepEqual(reads.filter((path) => /\/\d+$/.test(path)).sort(), names.map((name) => `${name}/9`).sort());
      assert.equal(new Set(reads).size, reads.length, 'no file is read twice');
      if (consolidated) assert.equal(reads.length, 5, 'of the metadata only the consolidated file is read');
    }
  });

  test('a sample of exactly an hour is used; an older one is a problem that states its age', async () => {
    const aged = (minutes: number) => machine({ minutes: [minutes + 10, minutes] }).read();
    const limit = await aged(60);
    assert.deepEqual([limit.voltage_volts, limit.voltage_age_seconds], [1, 3600]);
    const old = await aged(60 + 1 / 60);
    assert.ok(!('voltage_volts' in old) && !('charge_percent' in old) && !('temperature_celsius' in old));
    assert.equal(old.voltage_age_seconds, 3601);
    assert.match(
      old.voltage_problem ?? '',
      /the newest sample of DCInverterVolts is 1h 1s old; samples older than 1h are ignored/,
    );
  });

  test('a store that ended long ago, or has had no value for long, is not searched to its beginning', async () => {
    const long = Array.from({ length: 400 }, (_, index) => (399 - index) * 10);
    const { read, reads } = machine({
      chunk: 1,
      minutes: long,
      values: { DCInverterVolts: long.map((_, index) => (index < 300 ? 50 : Number.NaN)) },
    });
    const found = await read();
    assert.match(found.voltage_problem ?? '', /DCInverterVolts has had no value for more than 1h/);
    assert.equal(found.charge_percent, 1, 'a variable without values does not affect the others');
    assert.ok(reads.filter((path) => path.startsWith('DCInverterVolts/')).length < 12, reads.join(' '));
  });

  test('samples from the future, and samples without a time, are ignored', async () => {
    const { read } = machine({ minutes: [30, 20, -4, -600, Number.NaN], values: { DCInverterVolts: [1, 2, 3, 4, 5] } });
    const found = await read();
    assert.deepEqual([found.voltage_volts, found.voltage_sampled_at], [3, '2026-11-20T12:04:00.000Z']);
  });

  test('a sample whose time is not yet written is not taken for the newest', async () => {
    // While xarray appends, the arrays grow before their new samples are written.
    const epoch = at.getTime() / 60_000;
    const { read } = machine({ minutes: [20, 10, epoch], values: { DCInverterVolts: [48, 49, 0] } });
    assert.equal((await read()).voltage_volts, 49);
  });

  test('an implausible value is a problem, not a reading', async () => {
    const { read } = machine({
      minutes: [10, 0],
      values: { DCInverterVolts: [51, 65_535], BatterySOC: [60, -1], InternalTemperature: [20, -9999] },
    });
    const found = await read();
    assert.ok(!('voltage_volts' in found) && !('charge_percent' in found) && !('temperature_celsius' in found));
    assert.match(found.temperature_problem ?? '', /InternalTemperature was -9999, which is implausible/);
  });

  test('a missing or unreadable variable leaves the others readable, and the problem names it', async () => {
    const { read } = machine(
      { minutes: [10, 0] },
      {
        'BatterySOC/.zarray': JSON.stringify({
          zarr_format: 2,
          shape: [2, 2],
          chunks: [2, 2],
          dtype: '<f8',
          compressor: null,
          filters: null,
          order: 'C',
          fill_value: 0,
        }),
        'InternalTemperature/0': 'cut',
      },
    );
    const found = await read('power: { store: /p.zarr, voltage: Volts }');
    assert.match(
      found.voltage_problem ?? '',
      /Volts in \/p\.zarr: the store has no such array \(it has: .*DCInverterVolts/,
    );
    assert.match(found.charge_problem ?? '', /BatterySOC in \/p\.zarr: it has 2 dimensions \(2 × 2\)/);
    assert.match(found.temperature_problem ?? '', /chunk 0 of InternalTemperature cannot be read/);
  });

  test('a folder that is no store is a failed reading; without a configuration the section is absent', async () => {
    const { read } = machine({ minutes: [0] });
    await assert.rejects(() => read('power: { store: /elsewhere.zarr }'), /\/elsewhere\.zarr is no Zarr store/);
    await assert.rejects(() => read(''), Absent);
  });
});

describe('streams probe, Zarr store', () => {
  test('a stream in a Zarr store is as new as the last time on its axis', async () => {
    const { readStream } = machine({ minutes: [30, 20, -4, -600] });
    assert.deepEqual(await readStream(), {
      host: 'local',
      root: '/p.zarr',
      window_seconds: 5400,
      newest_at: '2026-11-20T12:04:00.000Z',
      age_seconds: 0,
      empty_files: 0,
      future_files: 0,
    });
  });
});
