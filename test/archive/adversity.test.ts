// append-zarr with malformed names, lines and store folders.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { history } from '../../lib/health/files.ts';
import { readText, temporaryFolder } from '../world.ts';
import { archiveIn, archiveWith, instant, ok, sectionsOf, snapshotAt, used } from './days.ts';

type Site = ReturnType<typeof archiveIn>;

describe('archive/adversity', () => {
  test('names longer than a file name may be are shortened and stay distinct', async (t) => {
    const site = archiveIn(temporaryFolder(t));
    const mount = `/pods/${'volume-'.repeat(40)}`;
    const filesystems = ok({ [`${mount}1`]: ok({ used_percent: 1 }), [`${mount}2`]: ok({ used_percent: 2 }) });
    site.snapshot(snapshotAt(instant(0), { filesystems }), instant(0));
    const { problems } = await site.run(instant(1));
    assert.deepEqual(problems, []);
    const { columns } = site.read();
    const values = [...columns].filter(([name]) => name.startsWith('filesystem_pods_')).map(([, column]) => column[0]);
    assert.deepEqual(values, [1, 2]);
    assert.ok([...columns.keys()].every((name) => name.length <= 200));
  });

  test('levels are complete when the history was compressed meanwhile or has one run many times', async (t) => {
    const site = await archiveWith(t, 2);
    site.write(2, 400);
    // The newest snapshot was assessed again thirty times.
    const newest = history.path(site.places, instant(399));
    const last = readText(newest).trimEnd().split('\n').at(-1) ?? '';
    appendFileSync(newest, `${last}\n`.repeat(30));
    execFileSync('gzip', [site.rawFile(instant(20)), history.path(site.places, instant(20))]);
    const { counts } = await site.run(instant(400));
    assert.equal(counts['appended'], 398);
    assert.deepEqual(new Set(site.valuesOf('level_overall')), new Set([2]));
  });

  test('a day that was compressed before its end and then continued in a new file is read from both', async (t) => {
    const site = await archiveWith(t, 2);
    site.write(2, 4);
    execFileSync('gzip', [site.rawFile(instant(0))]);
    site.write(4, 6);
    const { counts } = await site.run(instant(6));
    assert.equal(counts['appended'], 4);
    assert.deepEqual(site.valuesOf(used), [0, 1, 2, 3, 4, 5]);
  });

  test('an unreadable verdict loses its levels, not the sample', async (t) => {
    const site = await archiveWith(t, 2);
    const run = '0'.repeat(31) + 'e';
    site.snapshot(snapshotAt(instant(2), sectionsOf(2), run), instant(2));
    const garbage = ['\0\0', 'null', '5', '[]', `{"run_id":"${run}"}`, `{"run_id":"${run}","levels":null}`];
    appendFileSync(history.path(site.places, instant(2)), `${garbage.join('\n')}\n`);
    const { counts, problems } = await site.run(instant(3));
    assert.deepEqual([counts['appended'], problems], [1, []]);
    assert.deepEqual(site.valuesOf('level_overall'), [2, 2, -1]);
  });

  test('a name that two variables share is reported once, however many samples have it', async (t) => {
    const site = await archiveWith(t, 1);
    const filesystems = ok({ 'a b': ok({ used_percent: 1 }), 'a-b': ok({ used_percent: 2 }) });
    for (let index = 1; index < 9; index++) site.snapshot(snapshotAt(instant(index), { filesystems }), instant(0));
    const { problems } = await site.run(instant(9));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', /filesystem_a_b_used_percent/);
  });

  test('a rebuild reads lines that an editor ended with CR and LF', async (t) => {
    const site = archiveIn(temporaryFolder(t));
    for (const index of [0, 1])
      site.line(`${JSON.stringify(snapshotAt(instant(index), sectionsOf(index)))}\r\n`, instant(0));
    const { counts, problems } = await site.run(instant(2));
    assert.deepEqual([counts['samples'], problems], [2, []]);
  });

  test('a store with folders for files, files for folders, or impossible lengths and names is rebuilt, and nothing is written elsewhere', async (t) => {
    const inRoot = (site: Site, from: string, to: string): void => {
      const text = readText(join(site.path, 'zarr.json'));
      assert.ok(text.includes(from));
      writeFileSync(join(site.path, 'zarr.json'), text.replaceAll(from, to));
    };
    const replaced = (path: string, make: (path: string) => void): void => {
      rmSync(path, { recursive: true });
      make(path);
    };
    const file = (path: string): void => writeFileSync(path, '');
    const damages: [what: string, damage: (site: Site) => void][] = [
      ['an array that is a file', ({ path }) => replaced(join(path, used), file)],
      ['chunks that are a file', ({ path }) => replaced(join(path, used, 'c'), file)],
      ['a missing array', ({ path }) => rmSync(join(path, used), { recursive: true })],
      ['a chunk that is a folder', ({ path }) => replaced(join(path, used, 'c', '0'), mkdirSync)],
      ['a chunk of the time axis that is a folder', ({ path }) => replaced(join(path, 'time', 'c', '0'), mkdirSync)],
      ['a root that is a folder', ({ path }) => replaced(join(path, 'zarr.json'), mkdirSync)],
      ['a name that leads out of the store', (site) => inRoot(site, `"${used}"`, '"../../elsewhere"')],
      [
        'a length that no memory can hold',
        (site) => inRoot(site, '"shape":[6]', `"shape":[${Number.MAX_SAFE_INTEGER}]`),
      ],
    ];
    for (const [what, damage] of damages) {
      const folder = temporaryFolder(t);
      const site = archiveIn(folder);
      site.write(0, 6);
      await site.run(instant(6));
      damage(site);
      site.write(6, 7);
      const { problems } = await site.run(instant(7));
      assert.match(problems.join('\n'), /is rebuilt, and the old store is kept beside it/, what);
      assert.deepEqual(site.valuesOf(used), [0, 1, 2, 3, 4, 5, 6], what);
      assert.deepEqual((await site.run(instant(7))).problems, [], what);
      assert.deepEqual(
        readdirSync(dirname(site.path)).filter((name) => name.startsWith(`${basename(site.path)}.`)).length,
        1,
      );
      assert.ok(!existsSync(join(folder, 'elsewhere')), what);
    }
    assert.ok(damages.length >= 8);
  });

  test('a file at the path of the store is refused and not touched', async (t) => {
    const site = archiveIn(temporaryFolder(t));
    site.write(0, 1);
    writeFileSync(site.path, 'mine');
    await assert.rejects(() => site.run(instant(1)), /is left unchanged: it is not a folder/);
    assert.equal(readText(site.path), 'mine');
  });
});
