// append-zarr over real files: it appends new samples and changes nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { chunkLength } from '../../lib/archive/layout.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { readText, temporaryFolder } from '../world.ts';
import { archiveIn, archiveWith, instant, ok, sectionsOf, snapshotAt, used } from './days.ts';

/** Everything below a folder with its modification time and size, to show that nothing was touched. */
const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs} ${statSync(join(folder, name)).size}`);

const beside = (path: string): string[] =>
  readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)) && name !== basename(path));

describe('archive/append', () => {
  test('samples are archived with the flags, numbers, times and levels of their lines', async (t) => {
    const { read } = await archiveWith(t, 5);
    const { times, columns, metadata } = read();
    assert.deepEqual(
      [...times],
      [0, 1, 2, 3, 4].map((index) => instant(index).getTime() * 1000 + 456),
    );
    assert.deepEqual([...(columns.get(used) ?? [])], [0, 1, 2, 3, 4]);
    assert.deepEqual([...(columns.get('gate_prune_counts_files') ?? [])], [0, 1, 2, 3, 4]);
    assert.deepEqual([...(columns.get('gate_prune_verdict') ?? [])], [1, 1, 1, 1, 1]);
    assert.deepEqual([...(columns.get('level_filesystem_usage_data') ?? [])], [0, 2, 0, 2, 0]);
    assert.deepEqual([...(columns.get('probe_filesystems_dead_outcome') ?? [])], [3, 3, 3, 3, 3]);
    assert.equal(metadata.variables.get('gate_prune_verdict')?.attributes['flag_meanings'], 'pass fail unknown');
    assert.equal(metadata.attributes['instrument'], 'ops-monitor');
    assert.equal(metadata.attributes['source'], 'ops_monitor_YYYYMMDD.jsonl');
  });

  test('appending samples one by one gives the same bytes as all at once, over the end of a chunk', async (t) => {
    const [one, all] = [archiveIn(temporaryFolder(t)), archiveIn(temporaryFolder(t))];
    const end = chunkLength + 3;
    one.write(0, chunkLength - 2);
    await one.run(instant(chunkLength));
    for (let index = chunkLength - 2; index < end; index++) {
      one.write(index, index + 1);
      const { counts } = await one.run(instant(index));
      assert.equal(counts['appended'], 1);
    }
    all.write(0, end);
    await all.run(instant(end));
    assert.equal(one.read().times.length, end);
    const files = readdirSync(all.path, { recursive: true, encoding: 'utf8' }).filter((name) => /\/c\/\d+$/.test(name));
    assert.ok(files.length > 20, 'too few chunks to compare');
    for (const file of files)
      assert.ok(
        storeFiles.readBytes(join(one.path, file))?.join() === storeFiles.readBytes(join(all.path, file))?.join(),
        file,
      );
  });

  test('a run without new lines touches nothing', async (t) => {
    const { run, path } = await archiveWith(t, 3);
    const before = listing(path);
    const { counts, problems } = await run(instant(4));
    assert.deepEqual([counts['appended'], problems], [0, []]);
    assert.deepEqual(listing(path), before);
    assert.deepEqual(beside(path), []);
  });

  test('a run after some days appends all of them, also days that were compressed meanwhile', async (t) => {
    const { write, run, valuesOf, rawFile } = await archiveWith(t, 2);
    write(2, 900);
    execFileSync('gzip', [rawFile(instant(20))]);
    const zst = rawFile(instant(320));
    writeFileSync(`${zst}.zst`, process.getBuiltinModule('node:zlib').zstdCompressSync(readText(zst)));
    rmSync(zst);
    const { counts } = await run(instant(900));
    assert.equal(counts['appended'], 898);
    assert.deepEqual(
      valuesOf(used),
      Array.from({ length: 900 }, (_, index) => index % 100),
    );
  });

  test('lines that are duplicate, torn, in the future or from before 2000 are left out, counted and reported', async (t) => {
    const { run, valuesOf, line, snapshot } = await archiveWith(t, 3);
    const put = (time: Date, index: number) => snapshot(snapshotAt(time, sectionsOf(index)), instant(4));
    put(instant(3), 3);
    put(instant(3), 77);
    put(instant(50_000), 78);
    put(new Date(5), 79);
    line('{"schema_version":1,"time_utc":"2026-11-18T23:20:00.000000Z","sect\n', instant(4));
    put(instant(4), 4);
    const { counts, problems } = await run(instant(5));
    assert.deepEqual(valuesOf(used), [0, 1, 2, 3, 4]);
    assert.deepEqual(
      [counts['appended'], counts['duplicates'], counts['untimely'], counts['late'], counts['bad']],
      [2, 1, 2, 0, 1],
    );
    assert.equal(problems.length, 3, problems.join('\n'));
  });

  test('every file of the store can be read by others, whatever the umask', async (t) => {
    for (const umask of [0o077, 0o000]) {
      const before = process.umask(umask);
      t.after(() => process.umask(before));
      const { path, write, run } = await archiveWith(t, 2);
      write(2, 4);
      await run(instant(4));
      const modes = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => {
        const found = statSync(join(path, name));
        return `${found.isDirectory() ? 'folder' : 'file'} ${(found.mode & 0o777).toString(8)}`;
      });
      process.umask(before);
      assert.ok(modes.length > 50);
      assert.deepEqual([...new Set(modes)].sort(), ['file 644', 'folder 755']);
    }
  });

  test('lines that are older than the newest archived sample get in by themselves, once', async (t) => {
    const { run, write, read } = await archiveWith(t, 2);
    write(14, 16); // the clock is an hour ahead, and is then corrected
    await run(instant(16));
    write(4, 14);
    const { problems } = await run(instant(17));
    assert.match(problems.join('\n'), /10 lines are older than the newest archived sample: .* is rebuilt with them/);
    assert.equal(read().times.length, 14);
    assert.equal((await run(instant(17))).text, 'nothing new');
    write(17, 18);
    assert.deepEqual((await run(instant(18))).problems, []);
  });

  test('after the clock was set back by hours or weeks, samples from the future are left out', async (t) => {
    const cases = { 'by minutes': [10, 6], 'over midnight': [20, 5], 'by a fortnight': [4032 + 20, 3] } as const;
    for (const [name, [ahead, behind]] of Object.entries(cases)) {
      const { run, write, read } = await archiveWith(t, 2);
      const times = (...indexes: number[]) => indexes.map((index) => instant(index).getTime() * 1000 + 456);
      write(ahead, ahead + 2);
      await run(instant(ahead + 2));
      assert.deepEqual([...read().times], times(0, 1, ahead, ahead + 1), name);
      write(behind, behind + 2);
      const { problems } = await run(instant(behind + 2));
      assert.match(problems.join('\n'), /ends in the future/, name);
      assert.deepEqual([...read().times], times(0, 1, behind, behind + 1), name);
    }
    assert.equal(Object.keys(cases).length, 3);
  });

  test('a new variable is added in place, and a vanished one stays and reads as missing', async (t) => {
    const { write, run, read } = await archiveWith(t, 3);
    write(3, 5, () => ({ host: ok({ load_1: 0.5, cpus: 4 }) }));
    await run(instant(5));
    const { columns, metadata } = read();
    assert.deepEqual([...(columns.get('host_load_1') ?? [])], [Number.NaN, Number.NaN, Number.NaN, 0.5, 0.5]);
    assert.deepEqual([...(columns.get(used) ?? [])], [0, 1, 2, Number.NaN, Number.NaN]);
    assert.deepEqual([...(columns.get('gate_prune_verdict') ?? [])], [1, 1, 1, -1, -1]);
    assert.equal(metadata.variables.get('host_load_1')?.attributes['units'], '1');
  });

  test('a chunk that was deleted is named with its time range before an append would hide the loss, and rebuilt', async (t) => {
    const samples = 8;
    /** In the first samples only, so that no later line has a value for it. */
    const early = (index: number) =>
      index < 4 ? { ...sectionsOf(index), host: ok({ load_1: 0.5 }) } : sectionsOf(index);
    for (const [how, lost] of [
      ['made by one build', [used]],
      ['appended to', [used, 'host_load_1']],
    ] as const) {
      const { write, run, read, path, valuesOf } = archiveIn(temporaryFolder(t));
      write(0, 6, early);
      await run(instant(6));
      if (how === 'appended to') {
        write(6, 7, early);
        await run(instant(7));
      } else write(6, 7, early);
      for (const name of lost) rmSync(join(path, name, 'c', '0'));
      write(7, samples, early);
      const { problems, counts } = await run(instant(samples));
      const [from, to] = [0, how === 'appended to' ? 6 : 5].map((index) =>
        instant(index).toISOString().replace('Z', '456Z'),
      );
      assert.match(
        problems.join('\n'),
        new RegExp(`is rebuilt.*the values of .*${lost[0]}.* from ${from} to ${to} are lost: chunk 0 is gone`),
        how,
      );
      assert.equal(counts['samples'], samples, how);
      assert.deepEqual(valuesOf(used), [0, 1, 2, 3, 4, 5, 6, 7], how);
      assert.equal(read().columns.get('host_load_1')?.[0], 0.5, how);
      assert.deepEqual((await run(instant(samples))).problems, [], 'once');
    }
  });

  test('a variable without a value in the last chunk has no file there, and none is missed', async (t) => {
    const { write, run, path } = await archiveWith(t, 4032);
    const gone = () => ({ host: ok({ load_1: 0.5 }) });
    for (const count of [4033, 4034, 4035]) {
      write(count - 1, count, gone);
      const { problems } = await run(instant(count));
      assert.deepEqual(problems, [], String(count));
    }
    assert.ok(!existsSync(join(path, used, 'c', '1')));
    rmSync(join(path, 'host_load_1', 'c', '1'));
    write(4035, 4036, gone);
    assert.match(
      (await run(instant(4036))).problems.join(),
      /the values of host_load_1 from .* are lost: chunk 1 is gone/,
    );
  });

  test('a rebuild sorts raw lines, and of two with one time keeps the first', async (t) => {
    const { snapshot, run, valuesOf } = archiveIn(temporaryFolder(t));
    for (const [place, time] of [4, 2, 3, 2, 0, 1].entries())
      snapshot(snapshotAt(instant(time), sectionsOf(place === 3 ? 99 : time)), instant(0));
    const { counts } = await run(instant(5));
    assert.deepEqual(valuesOf(used), [0, 1, 2, 3, 4]);
    assert.deepEqual([counts['duplicates'], counts['outOfOrder'], counts['samples']], [1, 5, 5]);
  });

  test('a damaged store is kept beside the archive and rebuilt, with the samples that the raw lines no longer have', async (t) => {
    const damages: [what: string, damage: (path: string) => void, says: RegExp][] = [
      ['a root that is no JSON', (path) => writeFileSync(join(path, 'zarr.json'), 'garbage{'), /not JSON/],
      ['a missing root', (path) => rmSync(join(path, 'zarr.json')), /no zarr\.json/],
      ['a chunk that is cut', (path) => truncateSync(join(path, used, 'c', '0'), 1000), /has 1000 bytes of 32256/],
      [
        'a time that is cut',
        (path) => truncateSync(join(path, 'time', 'c', '0'), 24),
        /chunk 0 of the time axis has 24 bytes/,
      ],
      ['a time twice', (path) => repeatTime(path), /twice/],
      [
        'an older layout',
        (path) => edit(join(path, 'zarr.json'), '"store_version":1', '"store_version":0'),
        /store_version is 0, and this product writes 1/,
      ],
      [
        'shapes that differ',
        (path) => edit(join(path, 'zarr.json'), '"shape":[6]', '"shape":[5]'),
        /samples, and others/,
      ],
    ];
    for (const [what, damage, says] of damages) {
      const { write, run, read, path, rawFile } = await archiveWith(t, 6);
      // The raw lines of the first hour are gone: only the store has them.
      const kept = readText(rawFile(instant(0)))
        .split('\n')
        .slice(4)
        .join('\n');
      writeFileSync(rawFile(instant(0)), kept);
      damage(path);
      write(6, 7);
      const { problems, counts } = await run(instant(7));
      assert.match(problems.join('\n'), says, what);
      const { columns, times } = read();
      const there = [...(columns.get(used) ?? [])];
      assert.deepEqual(there.slice(-3), [4, 5, 6], what);
      // Only what was cut out of a chunk is lost: everything else is in some file.
      if (what === 'a time that is cut') assert.equal(times.length, 6);
      else if (what !== 'a time twice') assert.equal(times.length, 7, what);
      assert.ok(Number(counts['carried']) >= 3, `${what}: ${JSON.stringify(counts)}`);
      assert.equal(beside(path).length, 1, what);
      assert.match(beside(path)[0] ?? '', /\.broken-\d{8}T\d{6}Z$/);
      const again = await run(instant(7));
      assert.deepEqual(again.problems, [], what);
    }
    assert.ok(damages.length >= 7);
  });

  function edit(path: string, from: string, to: string): void {
    const text = readText(path);
    assert.ok(text.includes(from), `${path} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  }

  function repeatTime(path: string): void {
    const bytes = storeFiles.readBytes(join(path, 'time', 'c', '0')) ?? new Uint8Array();
    bytes.copyWithin(8, 0, 8);
    writeFileSync(join(path, 'time', 'c', '0'), bytes);
  }

  test('a store of another program is refused and not touched', async (t) => {
    const foreign: [what: string, make: (path: string) => void][] = [
      [
        'a Zarr 3 store of another program',
        (path) =>
          writeFileSync(
            join(path, 'zarr.json'),
            '{"zarr_format":3,"node_type":"group","attributes":{"instrument":"ops-monitor"},"consolidated_metadata":{"metadata":{}}}',
          ),
      ],
      ['Zarr 2', (path) => writeFileSync(join(path, '.zgroup'), '{"zarr_format":2}')],
      ['garbage in zarr.json', (path) => writeFileSync(join(path, 'zarr.json'), 'garbage')],
    ];
    for (const [what, make] of foreign) {
      const { write, run, path } = archiveIn(temporaryFolder(t));
      write(0, 2);
      mkdirSync(path, { recursive: true });
      make(path);
      const before = listing(path);
      await assert.rejects(() => run(instant(2)), /is left unchanged: /, what);
      assert.deepEqual(listing(path), before, what);
      assert.deepEqual(beside(path), [], what);
    }
    assert.equal(foreign.length, 3);
  });

  test('old backups are removed, but broken stores do not displace good ones', async (t) => {
    const { run, path } = await archiveWith(t, 2);
    renameSync(path, `${path}.backup-20260101T000000Z`);
    for (let round = 0; round < 5; round++) {
      await run(instant(2 + round));
      truncateSync(join(path, used, 'c', '0'), 8);
    }
    await run(instant(9));
    const names = beside(path);
    assert.equal(names.filter((name) => name.includes('.broken-')).length, 3);
    assert.deepEqual(
      names.filter((name) => name.includes('.backup-')),
      [`${basename(path)}.backup-20260101T000000Z`],
    );
  });

  test('a dry run says what it would do and does nothing', async (t) => {
    const { write, run, path } = archiveIn(temporaryFolder(t));
    write(0, 2);
    assert.match((await run(instant(2), storeFiles, { 'dry-run': true })).text ?? '', /would build/);
    assert.ok(!existsSync(path));
    await run(instant(2));
    write(2, 3);
    const before = listing(path);
    assert.match((await run(instant(3), storeFiles, { 'dry-run': true })).text ?? '', /would append 1 sample/);
    assert.deepEqual(listing(path), before);
  });

  test('a run after a long pause appends in several batches and gives the same store', async (t) => {
    const [late, all] = [archiveIn(temporaryFolder(t)), archiveIn(temporaryFolder(t))];
    const end = 288 * 6;
    for (const site of [late, all]) site.write(0, 5);
    await late.run(instant(5));
    for (const site of [late, all]) site.write(5, end);
    const { counts } = await late.run(instant(end));
    assert.deepEqual([counts['appended'], counts['samples']], [end - 5, end]);
    await all.run(instant(end));
    assert.deepEqual(late.read(), { ...all.read(), metadata: late.read().metadata });
  });

  test('an unreadable day is reported, and the other days are appended', async (t) => {
    const { write, run, read, rawFile } = await archiveWith(t, 5);
    write(300, 303);
    writeFileSync(`${rawFile(instant(20))}.gz`, 'no gzip');
    const { problems } = await run(instant(303));
    assert.match(problems.join(), /the lines of 2026-11-19 cannot be read: unpacking .* failed/);
    assert.equal(read().times.length, 5 + 3);
  });
});
