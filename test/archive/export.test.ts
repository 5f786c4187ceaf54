// Exports of the archive, read back by zarrita. test/real/export.test.ts reads them by xarray.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import * as zarr from 'zarrita';
import { exportCsv } from '../../lib/archive/export-csv.ts';
import { exportZarr, longChunk } from '../../lib/archive/export-zarr.ts';
import { openExcerpt, type Wanted, type Writing } from '../../lib/archive/export.ts';
import { chunkLength } from '../../lib/archive/layout.ts';
import { selectNames } from '../../lib/archive/select.ts';
import { writeNewFolder } from '../../lib/io/new-folder.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { readText, temporaryFolder } from '../world.ts';
import { archiveIn, instant, ok, sectionsOf, used } from './days.ts';

/** An archive with more than one chunk, a variable that starts late and a flag with missing values. */
async function makeArchive(t: TestContext, samples = chunkLength + 5) {
  const folder = temporaryFolder(t);
  const site = archiveIn(folder);
  site.write(0, samples - 5);
  site.write(samples - 5, samples, (index) =>
    index % 2 === 0 ? sectionsOf(index) : { host: ok({ load_1: index / 3, cpus: 4 }) },
  );
  await site.run(instant(samples));
  const save = async (
    wanted: Wanted,
    fill: (excerpt: ReturnType<typeof openExcerpt>, writing: Writing) => Promise<void>,
    name = 'copy',
  ) => {
    const to = join(folder, name);
    const excerpt = openExcerpt(storeFiles, site.path, wanted);
    const progress: [number, number][] = [];
    await writeNewFolder(to, 0o444, (newFolder) =>
      fill(excerpt, { folder: newFolder, onProgress: (done, all) => void progress.push([done, all]) }),
    );
    assert.equal(progress.at(-1)?.[0], progress.at(-1)?.[1], 'progress ends at the end');
    return to;
  };
  return { ...site, folder, save };
}

async function readBack(folder: string, name: string, format: 2 | 3): Promise<number[]> {
  const store: zarr.AsyncReadable = {
    get: async (key) => {
      const path = join(folder, key);
      if (!existsSync(path)) return undefined;
      // zarrita cannot read an integer array without a fill value.
      if (key.endsWith('.zarray')) return Buffer.from(readText(path).replace('"fill_value":null', '"fill_value":0'));
      return new Uint8Array(readFileSync(path));
    },
  };
  const at = zarr.root(store).resolve(name);
  const array = await (format === 3 ? zarr.open.v3(at, { kind: 'array' }) : zarr.open.v2(at, { kind: 'array' }));
  assert.deepEqual(array.dimensionNames, ['time']);
  const { data } = await zarr.get(array);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

describe('archive/export', () => {
  test('exports as Zarr 3 and Zarr 2, by zstd and by blosc, equal the archive and have read-only files', async (t) => {
    let compared = 0;
    // Longer than one chunk of the copy, so that the last chunk is not full.
    const { save, read, path } = await makeArchive(t, longChunk + 20);
    const range = { from: instant(3), to: instant(longChunk + 16) };
    const { times, columns } = read(range);
    assert.equal(times.length, longChunk + 14);
    for (const format of [3, 2] as const) {
      for (const codec of ['zstd', 'blosc'] as const) {
        const to = await save(
          range,
          (excerpt, writing) => exportZarr(excerpt, { format, codec, note: 'exported' }, writing),
          `${format}-${codec}`,
        );
        for (const [name, column] of [['time', times] as const, ...columns]) {
          assert.deepEqual(await readBack(to, name, format), [...column].map(Number), `${format} ${codec} ${name}`);
          compared += 1;
        }
        const root = JSON.parse(readText(join(to, format === 3 ? 'zarr.json' : '.zattrs'))) as Record<string, unknown>;
        const attributes = (format === 3 ? root['attributes'] : root) as Record<string, string>;
        assert.equal(attributes['instrument'], 'ops-monitor');
        assert.ok(!('store_version' in attributes), 'append-zarr would take it for its own');
        assert.match(attributes['history'] ?? '', new RegExp(`^exported from ${path}\n.*made from the raw lines$`));
        const all = readdirSync(to, { recursive: true, encoding: 'utf8' });
        const files = all.filter((name) => statSync(join(to, name)).isFile());
        assert.ok(files.length > 20);
        for (const name of files) assert.equal(statSync(join(to, name)).mode & 0o222, 0, name);
      }
    }
    assert.ok(compared > 40, `${compared}`);
  });

  test('a Zarr 2 export has no fill value for flags and times, which xarray would treat as missing', async (t) => {
    const { save } = await makeArchive(t, 10);
    const to = await save({}, (excerpt, writing) =>
      exportZarr(excerpt, { format: 2, codec: 'zstd', note: 'exported' }, writing),
    );
    const { metadata } = JSON.parse(readText(join(to, '.zmetadata'))) as { metadata: Record<string, object> };
    const arrays = Object.keys(metadata).filter((name) => name.endsWith('/.zarray'));
    assert.ok(arrays.length > 5);
    for (const name of arrays) {
      const { fill_value, dtype } = metadata[name] as { fill_value: unknown; dtype: string };
      assert.equal(fill_value, dtype === '<f8' ? 'NaN' : null, name);
      assert.ok(existsSync(join(to, name.replace('.zarray', '0'))), `${name}: no chunk`);
      assert.deepEqual(JSON.parse(readText(join(to, name))), metadata[name]);
    }
  });

  test('a CSV export has one line a sample, empty cells for missing values, and the columns described beside it', async (t) => {
    const { save } = await makeArchive(t);
    const to = await save(
      { from: instant(chunkLength - 2), only: `${used},host_load_1,gate_prune_verdict` },
      exportCsv,
    );
    const lines = readText(join(to, 'samples.csv')).split('\r\n');
    assert.equal(lines.shift(), `time,${used},gate_prune_verdict,host_load_1`);
    assert.equal(lines.pop(), '', 'the last line has a line end');
    const expected = [-2, -1, 0, 1, 2, 3, 4].map((back) => {
      const index = chunkLength + back;
      const time = instant(index).toISOString().replace('Z', '456Z');
      return index < chunkLength || index % 2 === 0 ? `${time},${index % 100},1,` : `${time},,,${index / 3}`;
    });
    assert.deepEqual(lines, expected);
    const variables = readText(join(to, 'variables.csv')).split('\r\n');
    assert.equal(variables[0], 'name,type,units,long_name,flag_meanings');
    assert.equal(variables[1], 'time,ISO 8601,UTC,"collection time of the snapshot, UTC",');
    assert.match(variables[2] ?? '', new RegExp(`^${used},float64,percent,"[^"]+",$`));
    assert.match(variables[3] ?? '', /^gate_prune_verdict,int8,,[^,]+,0=pass 1=fail 2=unknown$/);
  });

  test('an export that fails leaves nothing and never touches an existing folder', async (t) => {
    const folder = temporaryFolder(t);
    const to = join(folder, 'copy');
    await assert.rejects(
      writeNewFolder(to, 0o444, async ({ write }) => {
        write('a/b', 'half');
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      }),
      /writing .*copy failed, and nothing is left of it/,
    );
    assert.deepEqual(readdirSync(folder), []);
    mkdirSync(to);
    await assert.rejects(
      writeNewFolder(to, 0o444, async () => assert.fail('begun')),
      /copy is there already: name a new folder/,
    );
    await assert.rejects(
      writeNewFolder(join(folder, 'no', 'copy'), 0o444, async () => assert.fail('begun')),
      /there is no folder .*no$/,
    );
  });

  test('an export is refused after a rebuild meanwhile, with a truncated chunk and for an empty range', async (t) => {
    const { save, run, path, folder } = await makeArchive(t, 10);
    await assert.rejects(
      save({ from: instant(50) }, exportCsv),
      /has no sample from 2026-11-19T03:10:00\.123Z: it goes from 2026-11-18T23:00:00\.123456Z to 2026-11-18T23:45/,
    );
    await assert.rejects(
      save({}, async (excerpt, writing) => {
        await run(instant(11), storeFiles, { rebuild: true });
        await exportCsv(excerpt, writing);
      }),
      (error: Error) => /was rebuilt meanwhile: export it again/.test(String(error.cause)),
    );
    writeFileSync(join(path, used, 'c', '0'), 'short');
    await assert.rejects(save({}, exportCsv), (error: Error) =>
      /chunk 0 of .* has 5 bytes of 32256: archive rebuild repairs it/.test(String(error.cause)),
    );
    assert.ok(!existsSync(join(folder, 'copy')));
  });

  test('variables are selected by name and by pattern, in the order of the archive', () => {
    const known = ['b_one', 'a_one', 'a_two', 'c'];
    assert.deepEqual(selectNames(undefined, known), known);
    assert.deepEqual(selectNames('a_*, b_one', known), ['b_one', 'a_one', 'a_two']);
    assert.deepEqual(selectNames('*_one', known), ['b_one', 'a_one']);
    assert.throws(() => selectNames('a_tow', known), /no a_tow; did you mean a_two\?/);
    assert.throws(() => selectNames('x*', known), /no variable matches x\*/);
    assert.throws(() => selectNames(' , ', known), /names no variable/);
  });
});
