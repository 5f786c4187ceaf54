// A year of a site's files, and prune-files as a process that is killed with SIGKILL at each change of the disk, again and
// again, until a run ends by itself. The files are read back by Node's own zstd, not by the reader under test.
import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { dayStamp } from '../../lib/core/time.ts';
import { environmentIn, root, runBeside, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const dayMs = 86_400_000;
const yearDays = 365;
const linesADay = 6;
/** No multiple of 3, so that each change meets each phase. */
const mostChanges = 40;
const keep = { raw: 200, plain: 14, reports: 100, pictures: 50, 'set-aside': 30 };

const days = Array.from({ length: yearDays }, (_, age) => {
  const at = new Date(Date.now() - age * dayMs);
  return { age, at, stamp: dayStamp(at) };
});

/** Ages count from the end of the file's day, so a file of N days before today is between N-1 and N days old. */
const isBeyond = (age: number, most: number): boolean => age > most + 1;
const isWithin = (age: number, most: number): boolean => age < most;

async function makeYear(t: TestContext) {
  const folder = temporaryFolder(t);
  const state = join(folder, 'state');
  const config = join(folder, 'config.yaml');
  const limits = Object.entries(keep).map(([name, count]) => `${name}: ${count}d`);
  writeFileSync(config, `files: { state: ${state} }\nkeep: { ${limits.join(', ')} }\n`);
  const env = environmentIn(folder);
  for (const stage of ['collect-snapshot', 'assess-health', 'write-report', 'append-zarr', 'draw-quicklooks']) {
    const { status, stderr } = runBundle(stage, ['--config', config], env);
    assert.equal(status, 0, `${stage}: ${stderr}`);
  }
  const put = (path: string, content: string | Uint8Array, age = 0): string => {
    const file = join(state, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, new Date(Date.now() - age * dayMs), new Date(Date.now() - age * dayMs));
    return file;
  };

  /** Lines of each day of raw lines, by path without the ending of a packed file. */
  const lines = new Map<string, { age: number; text: string }>();
  const [today] = days;
  for (const kind of ['raw/ops_monitor', 'health/health']) {
    const pattern =
      readText(join(state, `${kind}_${today?.stamp}.jsonl`))
        .trimEnd()
        .split('\n')
        .at(-1) ?? '';
    for (const { age, at, stamp } of days.slice(1)) {
      const made = Array.from({ length: linesADay }, (_, index) => lineAt(pattern, at, index));
      const path = `${kind}_${stamp}.jsonl`;
      const text = `${made.join('\n')}\n`;
      lines.set(path, { age, text });
      // As a monitor of some months left them: packed by an earlier run, by gzip by hand, or both plain and packed after a kill.
      if (age % 7 === 3) put(`${path}.gz`, gzipSync(text));
      else if (age % 7 === 4) put(`${path}.zst`, zstdCompressSync(text));
      else put(path, text);
      if (age % 7 === 5) put(`${path}.zst`, zstdCompressSync(text));
    }
  }
  const dated: { path: string; age: number; keptFor: number }[] = [];
  for (const { age, stamp } of days.slice(1)) {
    dated.push({ path: `health/health_report_${stamp}.md`, age, keptFor: keep.reports });
    for (const ending of ['png', 'svg'])
      dated.push({ path: `quicklooks/ops_monitor/HK_Operations_${stamp}.${ending}`, age, keptFor: keep.pictures });
  }
  for (let age = 1; age < 90; age += 3)
    dated.push({ path: `alerts/outbox/dead/mail-${age}.json`, age, keptFor: keep['set-aside'] });
  for (const { path, age } of dated) put(path, `of ${path}\n`, age);

  const old = days.at(-1)?.stamp;
  const foreign = [
    put('raw/notes of the campaign.txt', 'mine\n', 400),
    put(`raw/ops_monitor_${old}.jsonl.bak`, 'mine\n', 400),
    put(`raw/Ops_monitor_${old}.jsonl`, 'mine\n', 400),
    put(`health/health_report_${old}.md.orig`, 'mine\n', 400),
    put('raw/ops_monitor_20011231.jsonl', '{"mine":1}\nalso mine\n', 400),
    put('quicklooks/ops_monitor/figure_for_the_paper_20011231.png', 'mine\n', 400),
    put('alerts/outbox/0001-waits.json', 'mine\n', 400),
  ];
  symlinkSync(foreign[0] ?? '', join(state, 'raw/ops_monitor_20011230.jsonl'));
  return { folder, state, config, env, lines, dated, foreign, old };
}

type Year = Awaited<ReturnType<typeof makeYear>>;

const lineAt = (pattern: string, at: Date, index: number): string =>
  pattern
    .replace(/"(time|time_utc)":"[^"]*"/, `"$1":"${at.toISOString().slice(0, 10)}T0${index}:00:00.000000Z"`)
    .replace(/"run_id":"[^"]*"/, `"run_id":"${String(at.getTime() + index).padStart(32, '0')}"`);

/** All lines of a day, plain and packed, each once, in order. */
function readDay(state: string, path: string): string | undefined {
  const names = [`${path}.gz`, `${path}.zst`, path].filter((name) => lstatSync(join(state, name), quiet) !== undefined);
  const [only] = names;
  if (only === undefined) return undefined;
  const text = names.map((name) => {
    const bytes = readFileSync(join(state, name));
    if (name.endsWith('.gz')) return gunzipSync(bytes).toString();
    return (name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString();
  });
  const found = [...new Set(text.join('').split('\n'))].filter((line) => line !== '');
  return `${found.toSorted().join('\n')}\n`;
}

const quiet = { throwIfNoEntry: false } as const;

/** Asserts that no line and no file is gone which the configuration keeps; returns how many were looked at. */
function assertNothingLost({ state, lines, dated, foreign }: Year, when: string): number {
  let looked = 0;
  for (const [path, { age, text }] of lines) {
    if (!isWithin(age, keep.raw)) continue;
    const wanted = `${text.trimEnd().split('\n').toSorted().join('\n')}\n`;
    assert.equal(readDay(state, path), wanted, `${when}: ${path}`);
    looked += 1;
  }
  for (const { path, age, keptFor } of dated) {
    if (!isWithin(age, keptFor)) continue;
    assert.equal(readText(join(state, path)), `of ${path}\n`, `${when}: ${path}`);
    looked += 1;
  }
  for (const path of foreign) assert.match(readText(path), /mine/, `${when}: ${path}`);
  return looked;
}

/** Asserts that all is gone that was to go, and that what was to be packed is packed. */
function assertAllDone({ state, lines, dated }: Year): { removed: number; packed: number } {
  let [removed, packed] = [0, 0];
  for (const [path, { age }] of lines) {
    if (isBeyond(age, keep.raw)) {
      assert.equal(readDay(state, path), undefined, `${path} of ${age} days ago is still there`);
      removed += 1;
    } else if (isBeyond(age, keep.plain)) {
      assert.equal(lstatSync(join(state, path), quiet), undefined, `${path} of ${age} days ago is not packed`);
      const zst = join(state, `${path}.zst`);
      if (lstatSync(zst, quiet)) {
        const count = zstdDecompressSync(readFileSync(zst)).toString().trimEnd().split('\n').length;
        assert.equal(count, linesADay, `lines of ${path}.zst, each once`);
      }
      packed += 1;
    }
  }
  for (const { path, age, keptFor } of dated)
    if (isBeyond(age, keptFor)) {
      assert.equal(lstatSync(join(state, path), quiet), undefined, `${path} of ${age} days ago is still there`);
      removed += 1;
    }
  return { removed, packed };
}

describe('prune-files on the files of a year', () => {
  test('killed at every change of the disk, it loses nothing that is kept, and the run that ends leaves what it should', async (t) => {
    const year = await makeYear(t);
    const argv = [
      process.execPath,
      '--require',
      join(root, 'test/faults/kill-at.cjs'),
      join(root, 'dist/prune-files.cjs'),
      '--config',
      year.config,
    ];
    const [first] = year.lines.keys();
    assert.ok(assertNothingLost(year, `before the first run (${first})`) > 400);
    let kills = 0;
    let looked = 0;
    for (let round = 0; ; round++) {
      // Of `mostChanges` following runs each gets a change further than the one before, and then it begins again.
      const env = {
        ...year.env,
        KILL_AT: `${1 + (round % mostChanges)}`,
        KILL_PHASE: ['before', 'in', 'after'][round % 3],
        KILL_CALLS: 'writeSync,writeFileSync,fsyncSync,renameSync,unlinkSync,rmSync',
      };
      const { signal, status, stderr } = await runBeside(argv, env);
      if (signal === null) {
        assert.equal(status, 0, stderr);
        break;
      }
      assert.equal(signal, 'SIGKILL');
      kills += 1;
      assert.ok(kills < 3_000, 'prune-files does not get on');
      if (kills % 10 === 0) looked += assertNothingLost(year, `kill ${kills}`);
    }
    looked += assertNothingLost(year, 'at the end');
    const { removed, packed } = assertAllDone(year);
    assert.ok(kills > 100 && removed > 800 && packed > 300, `${kills} kills, ${removed} removed, ${packed} packed`);
    const left = readdirSync(year.state, { recursive: true }).filter((name) => /\.tmp-\d+-\d+$/.test(String(name)));
    assert.deepEqual(left, [], 'temporary files of killed runs');
    t.diagnostic(`${kills} kills, ${looked} files compared, ${removed} removed, ${packed} packed`);

    // The archive and what stands in `latest` are none of its business, and the stages read the packed days.
    for (const stage of ['append-zarr', 'assess-health', 'write-report'])
      assert.equal(runBundle(stage, ['--config', year.config], year.env).status, 0, stage);
    const again = runBundle('prune-files', ['--config', year.config, '--dry-run'], year.env);
    assert.match(again.stdout, /nothing is old enough to be packed or removed/);
  });
});
