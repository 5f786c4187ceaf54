// The streams probe against real archives on disk.
import assert from 'node:assert/strict';
import { rmdirSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { streams } from '../../lib/snapshot/probes/streams.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { recordedHost, writeModified } from './machine.ts';

const at = new Date('2026-11-20T12:00:00Z');

interface File {
  readonly path: string;
  readonly time?: string;
  readonly text?: string;
}

function archive(t: TestContext, files: readonly File[]) {
  const root = join(temporaryFolder(t), 'archive');
  mkdirSync(root);
  for (const { path, time, text = 'data' } of files) writeModified(join(root, path), text, new Date(time ?? at));
  const { host, asked } = recordedHost(join(root, '..'));
  const read = (files_: string, time = 'mtime', folder = root, more = '') =>
    streams.read({
      host: () => host,
      config: configurationOf(
        `streams: { s: { source: { root: ${folder}, files: "${files_}", time: ${time}${more} } } }`,
      ),
      item: 's',
      previous: undefined,
      bootId: '',
      at,
    });
  return { root, read, asked };
}

const daily = '{yyyy}/{MM}/{dd}/*.nc';

describe('streams probe', () => {
  test('a healthy stream costs one search, in the folders of today and yesterday', async (t) => {
    const { read, asked } = archive(t, [
      { path: '2026/11/20/a.nc', time: '2026-11-20T11:00:00Z' },
      { path: '2026/11/20/b.nc', time: '2026-11-20T11:30:00Z' },
      { path: '2026/11/19/z.nc', time: '2026-11-19T23:00:00Z' },
      { path: '2025/11/20/old.nc', time: '2026-11-20T11:59:00Z' },
    ]);
    const found = await read(daily);
    assert.equal(found.newest_file, '2026/11/20/b.nc');
    assert.equal(found.age_seconds, 1800);
    assert.equal(found.window_seconds, 5400);
    assert.equal(asked.length, 1, asked.join('\n'));
  });

  test('just after midnight the newest data are yesterday’s', async (t) => {
    const { read } = archive(t, [{ path: '2026/11/19/z.nc', time: '2026-11-19T23:59:00Z' }]);
    assert.equal((await read(daily)).newest_file, '2026/11/19/z.nc');
  });

  test('folders of months or years are searched newest first', async (t) => {
    for (const [pattern, folder] of [
      ['{yyyy}/{MM}/*.nc', '2026/11'],
      ['{yyyy}/*.nc', '2026'],
    ] as const) {
      const { read, asked } = archive(t, [
        { path: `${folder}/a.nc`, time: '2026-11-20T11:00:00Z' },
        { path: `${folder}/b.nc`, time: '2026-11-20T11:30:00Z' },
      ]);
      const found = await read(pattern);
      assert.equal(found.newest_file, `${folder}/b.nc`);
      assert.equal(asked.length, 1, asked.join('\n'));
    }
    const { read } = archive(t, [{ path: '2025/07/last.nc', time: '2025-07-01T00:00:00Z' }]);
    assert.equal((await read('{yyyy}/{MM}/*.nc')).newest_file, '2025/07/last.nc');
  });

  test('a stream that stopped long ago is searched newest first, and only as far as needed', async (t) => {
    const old = Array.from({ length: 300 }, (_, day) => ({
      path: `2024/${String(1 + (day % 12)).padStart(2, '0')}/${String(1 + (day % 28)).padStart(2, '0')}/x${day}.nc`,
      time: '2024-06-01T00:00:00Z',
    }));
    const { read, asked } = archive(t, [
      ...old,
      { path: '2026/09/30/empty.nc', text: '', time: '2026-09-30T12:00:00Z' },
      { path: '2026/09/29/last.nc', time: '2026-09-29T12:00:00Z' },
      { path: 'lost+found/2026/12/31/x.nc' },
    ]);
    const found = await read(daily);
    assert.equal(found.newest_file, '2026/09/29/last.nc');
    assert.equal(found.age_seconds, 52 * 86_400);
    assert.ok(asked.length <= 7, asked.join('\n'));
  });

  test('an archive of 20,000 files costs as many searches as one of 20', async (t) => {
    const files = (days: number, each: number) =>
      Array.from({ length: days * each }, (_, index) => {
        const day = new Date(at.getTime() - Math.floor(index / each) * 86_400_000)
          .toISOString()
          .slice(0, 10)
          .replaceAll('-', '/');
        return { path: `${day}/f${index % each}.nc`, time: at.toISOString() };
      });
    const small = archive(t, files(2, 10));
    const large = archive(t, files(2000, 10));
    await small.read(daily);
    await large.read(daily);
    assert.equal(large.asked.length, small.asked.length);
  });

  test('336 folders without data cost three children, over links to folders too', async (t) => {
    const { read, root, asked } = archive(t, [
      { path: '../disk2/2024/12/31/last.nc', time: '2024-12-31T12:00:00Z' },
      { path: '2024/06/01/older.nc', time: '2024-06-01T12:00:00Z' },
    ]);
    symlinkSync('../../disk2/2024/12', join(root, '2024/12'));
    for (let day = 1; day <= 336; day++) {
      const folder = new Date(Date.UTC(2025, 11, 1) + day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/');
      mkdirSync(join(root, folder), { recursive: true });
    }
    mkdirSync(join(root, 'lost+found'), { mode: 0o000 });
    const { newest_file } = await read(daily);
    rmdirSync(join(root, 'lost+found')); // without root, nothing can be removed recursively that cannot be listed
    assert.equal(newest_file, '2024/12/31/last.nc');
    assert.ok(asked.length <= 4, asked.map((argv) => argv.slice(-300)).join('\n'));
  });

  test('folders are searched by the date in their names, not by their alphabet', async (t) => {
    const { read } = archive(t, [
      { path: '31-12-2024/a.nc', time: '2024-12-31T12:00:00Z' },
      { path: '01-02-2025/b.nc', time: '2025-02-01T12:00:00Z' },
    ]);
    assert.equal((await read('{dd}-{MM}-{yyyy}/*.nc')).newest_file, '01-02-2025/b.nc');
  });

  test('slashes at the end, twice, and dots in the root name the same folder', async (t) => {
    const { read, root } = archive(t, [{ path: '2026/11/20/a.nc', time: '2026-11-20T11:00:00Z' }]);
    const forms = [
      `${root}/`,
      `${root}//`,
      `${root}/.`,
      `${root}/./`,
      root.replaceAll('/', '//'),
      `/.${root}`,
      `//${root}`,
    ];
    assert.ok(forms.length >= 7);
    for (const form of forms) {
      const found = await read(daily, 'mtime', form);
      assert.deepEqual([found.root, found.newest_file], [root, '2026/11/20/a.nc'], form);
    }
  });

  test('east of Greenwich the folder of tomorrow has the newest data, and the zone gives their time', async (t) => {
    const { read } = archive(t, [
      { path: '2026/11/21/x_0030.nc', time: '2026-11-20T11:30:00Z' },
      { path: '2026/11/20/x_2330.nc', time: '2026-11-20T10:30:00Z' },
    ]);
    assert.equal((await read(daily)).newest_file, '2026/11/21/x_0030.nc');
    const byName = await read('{yyyy}/{MM}/{dd}/x_{HH}{mm}.nc', 'name', undefined, ', zone: Pacific/Auckland');
    assert.equal(byName.newest_at, '2026-11-20T11:30:00.000Z');
    assert.equal(byName.age_seconds, 1800);
    assert.throws(
      () => configurationOf('streams: { s: { source: { root: /d, zone: Europe/Berlim } } }'),
      /expected UTC or the name of a time zone.*Europe\/Berlim/,
    );
  });

  test('temporary names are what the configuration says', async (t) => {
    const { root } = archive(t, [
      { path: 'a.nc', time: '2026-11-20T08:00:00Z' },
      { path: 'b.nc.tmp.1', time: '2026-11-20T09:00:00Z' },
      { path: 'c_raw.nc', time: '2026-11-20T10:00:00Z' },
    ]);
    const newest = async (text: string) => {
      const config = configurationOf(`${text}\nstreams: { s: { source: { root: ${root}, files: "*" } } }`);
      const { host } = recordedHost(join(root, '..'));
      return (await streams.read({ host: () => host, config, item: 's', previous: undefined, bootId: '', at }))
        .newest_file;
    };
    assert.equal(await newest(''), 'c_raw.nc');
    assert.equal(await newest("temporary: ['*_raw.nc']"), 'b.nc.tmp.1');
    assert.equal(await newest("temporary: ['*_raw.nc', '*.tmp.?']"), 'a.nc');
  });

  test('empty, hidden, temporary and future files are not the newest data; empty and future ones are counted', async (t) => {
    const { read } = archive(t, [
      { path: '2026/11/20/good.nc', time: '2026-11-20T10:00:00Z' },
      { path: '2026/11/20/empty.nc', text: '', time: '2026-11-20T11:00:00Z' },
      { path: '2026/11/20/.hidden.nc', time: '2026-11-20T11:10:00Z' },
      { path: '2026/11/20/half.nc.part', time: '2026-11-20T11:20:00Z' },
      { path: '2026/11/20/future.nc', time: '2026-11-20T12:06:00Z' },
      { path: '2026/11/20/almost.txt', time: '2026-11-20T11:59:00Z' },
    ]);
    const found = await read(daily);
    assert.equal(found.newest_file, '2026/11/20/good.nc');
    assert.equal(found.empty_files, 1);
    assert.equal(found.future_files, 1);
    assert.equal((await read('{yyyy}/{MM}/{dd}/*')).newest_file, '2026/11/20/almost.txt');
  });

  test('a stream whose files are all empty has no newest data, and says how many are empty', async (t) => {
    const { read } = archive(t, [
      { path: 'a.nc', text: '', time: '2026-11-20T11:00:00Z' },
      { path: 'b.nc', text: '', time: '2026-11-20T11:30:00Z' },
    ]);
    const { newest_at, empty_files } = await read('*.nc');
    assert.deepEqual([newest_at, empty_files], [undefined, 2]);
  });

  test('a file that is slightly in the future is the newest data, with age 0', async (t) => {
    const { read } = archive(t, [{ path: '2026/11/20/a.nc', time: '2026-11-20T12:04:00Z' }]);
    assert.equal((await read(daily)).age_seconds, 0);
  });

  test('the time may be read from the file’s name instead of its modification time', async (t) => {
    const { read } = archive(t, [
      { path: '2026/11/20/x_0930.nc', time: '2026-11-20T11:59:00Z' },
      { path: '2026/11/20/x_1015.nc', time: '2026-11-01T00:00:00Z' },
      { path: '2026/11/20/x_1300.nc', time: '2026-11-20T11:00:00Z' },
      { path: '2026/11/20/x_9999.nc', time: '2026-11-20T11:00:00Z' },
    ]);
    const found = await read('{yyyy}/{MM}/{dd}/x_{HH}{mm}.nc', 'name');
    assert.equal(found.newest_file, '2026/11/20/x_1015.nc', 'a file whose name has a future time is ignored');
    assert.equal(found.age_seconds, 6300);
  });

  test('files in one folder, and files at any depth, are found', async (t) => {
    const { read } = archive(t, [
      { path: 'flat.nc', time: '2026-11-20T08:00:00Z' },
      { path: 'deep/er/x.nc', time: '2026-11-20T09:00:00Z' },
    ]);
    assert.equal((await read('*.nc')).newest_file, 'flat.nc');
    assert.equal((await read('**/*.nc')).newest_file, 'deep/er/x.nc');
  });

  test('a stream without data is a reading without an age; a missing folder is a failed reading', async (t) => {
    const { read, root } = archive(t, []);
    const found = await read(daily);
    assert.ok(!('newest_at' in found) && !('age_seconds' in found));
    await assert.rejects(() => read(daily, 'mtime', join(root, 'gone')), /ENOENT/);
    await assert.rejects(() => read('*.nc', 'mtime', join(root, 'gone')), /ENOENT/);
    await assert.rejects(() => read(daily, 'zarr'), /is no Zarr store/);
  });
});
