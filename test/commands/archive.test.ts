// Runs the bundled `ops-monitor archive …` on an archive that append-zarr made.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { chunkLength } from '../../lib/archive/layout.ts';
import { verify } from '../../lib/archive/verify.ts';
import { progressText } from '../../lib/cli/progress.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { archiveIn, instant } from '../archive/days.ts';
import { storeFiles as otherStore } from '../store.ts';
import { environmentIn, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const used = 'filesystem_data_used_percent';

function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `files: { state: ${folder}/state }\n`);
  const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config };
  const run = (...argv: string[]) => runBundle('ops-monitor', ['archive', ...argv], env);
  const { run: append, ...rest } = archiveIn(folder);
  return { folder, run, append, ...rest };
}

/** Every file below a folder with its time and size, to show that nothing was touched. */
const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs} ${statSync(join(folder, name)).size}`);

describe('commands/archive', () => {
  test('archive --help lists its commands; a mistyped command is refused with a suggestion', (t) => {
    const { run } = makeSite(t);
    const general = run('--help');
    assert.equal(general.status, 0);
    const parts = [...general.stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map((match) => match[1] ?? '');
    assert.ok(parts.length >= 4, general.stdout);
    for (const part of parts) {
      const { status, stdout } = run(part, '--help');
      assert.equal(status, 0, part);
      assert.match(stdout, new RegExp(`^Usage: ops-monitor archive ${part}`));
      assert.match(stdout, /--config FILE/);
    }
    const wrong: [argv: string[], told: RegExp][] = [
      [[], /name a command first: info/],
      [['--config', 'x', 'info'], /name a command first: info/],
      [['verfy'], /there is no command "verfy"; did you mean verify\?/],
      [['at'], /name one time/],
      [['at', 'yesterday'], /"yesterday" is not a time/],
      [['info', '--only', 'x'], /--only/],
    ];
    for (const [argv, told] of wrong) {
      const { status, stderr } = run(...argv);
      assert.equal(status, 2, `${argv.join(' ')}: ${stderr}`);
      assert.match(stderr, told);
    }
  });

  test('every command exits 1 when the archive is missing or another program’s', async (t) => {
    const { run, path } = makeSite(t);
    const parts = [['info'], ['verify'], ['at', 'now']];
    for (const argv of parts) {
      const { status, stderr } = run(...argv);
      assert.equal(status, 1);
      assert.match(stderr, /there is no archive at .*ops_monitor\.zarr: append-zarr creates it/);
    }
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, '.zgroup'), '{"zarr_format":2}');
    const before = listing(path);
    for (const argv of [...parts, ['rebuild']]) {
      const { status, stderr } = run(...argv);
      assert.equal(status, 1, argv.join(' '));
      assert.match(stderr, /no time axis of ours.*ops-monitor archive adopt .*ops_monitor\.zarr describes it/);
    }
    assert.deepEqual(listing(path), before);
  });

  test('info shows samples, span, gaps, variables by kind, size and backups', async (t) => {
    const { run, append, write, path } = makeSite(t);
    write(0, 5);
    write(9, 11);
    await append(instant(11));
    mkdirSync(`${path}.backup-20260101T000000Z`);
    const told = run('info');
    assert.equal(told.status, 0, told.stderr);
    for (const line of [
      /^path +.*ops_monitor\.zarr$/m,
      /^samples +7$/m,
      /^first +2026-11-18T23:00:00\.123456Z$/m,
      /^gaps +1 longer than 7m 30s, the longest 25m, from 2026-11-18T23:20:00\.123456Z to 2026-11-18T23:45:00\.123456Z$/m,
      /^variables +\d+: \d+ numbers, \d+ flags$/m,
      /^size +.*B in \d+ files$/m,
      /^backups +ops_monitor\.zarr\.backup-20260101T000000Z$/m,
    ])
      assert.match(told.stdout, line);
    const info = JSON.parse(run('info', '--json').stdout) as Record<string, unknown>;
    assert.deepEqual([info['samples'], info['span_seconds']], [7, 3000]);
  });

  test('verify lists every problem of a damaged archive, none of a good one, and writes nothing', async (t) => {
    const { run, append, write, path, folder } = makeSite(t);
    write(0, 6);
    await append(instant(6));
    const good = run('verify');
    assert.equal(good.status, 0, good.stderr);
    assert.match(
      good.stdout,
      /6 samples of \d+ variables, \d+ chunks, 0 without a value, 108 values compared with the raw lines: nothing is wrong\n$/,
    );
    truncateSync(join(path, used, 'c', '0'), 1000);
    rmSync(join(path, 'collection_ms', 'zarr.json'));
    const other = join(path, 'gate_prune_verdict', 'zarr.json');
    writeFileSync(other, readText(other).replace('[6 ', '[5 '));
    const before = listing(join(folder, 'state'));
    const bad = run('verify');
    assert.equal(bad.status, 1);
    for (const problem of [
      `chunk 0 of ${used} has 1000 bytes of 32256`,
      'collection_ms has no zarr.json of its own',
      'gate_prune_verdict/zarr.json says 5 samples and the root 6',
    ])
      assert.ok(bad.stderr.includes(problem), `${problem} is not in ${bad.stderr}`);
    assert.match(bad.stdout, /: 3 problems\n$/);
    assert.equal((JSON.parse(run('verify', '--json').stdout) as { problems: string[] }).problems.length, 3);
    assert.deepEqual(listing(join(folder, 'state')), before);
  });

  test('verify checks earlier chunks too, which append does not', async (t) => {
    const { append, write, path } = makeSite(t);
    const now = instant(chunkLength + 2);
    write(0, chunkLength + 2);
    await append(now);
    assert.deepEqual(verify(storeFiles, path, now).problems, []);
    truncateSync(join(path, used, 'c', '0'), 8);
    truncateSync(join(path, 'time', 'c', '1'), 16);
    assert.deepEqual([...verify(storeFiles, path, now).problems].sort(), [
      `chunk 0 of ${used} has 8 bytes of 32256`,
      'chunk 1 of time has 16 bytes of 32256',
    ]);
  });

  test('at prints the newest sample at or before a time, with flag words, units and its own time', async (t) => {
    const { run, append, write } = makeSite(t);
    write(0, 5);
    await append(instant(5));
    const { status, stdout, stderr } = run('at', '2026-11-18T23:12', '--only', `${used},gate_*verdict,level_*`);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^2026-11-18T23:10:00\.123456Z, 2 minutes before the time asked for\n\n/);
    assert.match(stdout, new RegExp(`^${used} +2 {2}percent$`, 'm'));
    assert.match(stdout, /^gate_prune_verdict +fail$/m);
    assert.match(stdout, /^level_filesystem_usage_data +green$/m);
    const json = JSON.parse(run('at', '2026-11-18T23:12', '--only', used, '--json').stdout) as object;
    assert.deepEqual(json, {
      time: '2026-11-18T23:10:00.123456Z',
      values: [{ name: used, value: 2, units: 'percent' }],
    });
    // The sample was collected 0.1 s after the minute that is asked for.
    assert.match(run('at', '2026-11-18T23:10').stdout, /^2026-11-18T23:10:00\.123456Z\n\n/);
    assert.match(run('at', '2026-11-18').stdout, /^2026-11-18T23:20:00\.123456Z\n\n/);
    // A dimensionless value is printed without a unit.
    const all = JSON.parse(run('at', '2026-11-18T23:12', '--json').stdout) as {
      values: { name: string; value: number; units?: string }[];
    };
    const bare = all.values.filter(({ units }) => units === '1');
    assert.ok(bare.length > 0);
    const shown = run('at', '2026-11-18T23:12').stdout;
    for (const { name, value } of bare) assert.match(shown, new RegExp(`^${name} +${value ?? '-'}$`, 'm'));
    const typo = run('at', 'now', '--only', 'filesystem_data_used_percnt');
    assert.equal(typo.status, 2);
    assert.match(typo.stderr, /did you mean filesystem_data_used_percent\?/);
    assert.equal(run('at', 'now', '--only', 'no_*').status, 2);
    const early = run('at', '2020-01-01');
    assert.equal(early.status, 1);
    assert.match(early.stderr, /has no sample at or before 2020-01-01.*begins at 2026-11-18T23:00:00\.123456Z/);
  });

  test('rebuild replaces the archive under the stage’s lock and keeps the old one; a dry run writes nothing', async (t) => {
    const { run, append, write, path, folder, read } = makeSite(t);
    write(0, 5);
    await append(instant(5));
    const before = listing(path);
    const dry = run('rebuild', '--dry-run');
    assert.equal(dry.status, 0);
    assert.match(
      dry.stdout,
      /^would build .*ops_monitor\.zarr from the raw lines of 1 day, 2026-11-18; the old store would be kept beside it\n$/,
    );
    assert.deepEqual(listing(path), before);
    const { status, stderr } = run('rebuild');
    assert.equal(status, 0, stderr);
    const line = JSON.parse(stderr) as { stage: string; counts: { samples: number }; problems: string[] };
    assert.deepEqual([line.stage, line.counts.samples], ['append-zarr', 5]);
    assert.match(line.problems.join(), /the old store is kept as .*\.backup-/);
    assert.equal(read().times.length, 5);
    const json = JSON.parse(run('rebuild', '--json').stdout) as { counts: { samples: number } };
    assert.equal(json.counts.samples, 5);
    assert.ok(existsSync(join(folder, 'state', 'locks', 'append-zarr')));
  });

  test('progress shows a bar, a rate and the time left', () => {
    assert.equal(
      progressText(1000, 4000, 'samples', 0.5),
      '[######..................] 25 %, 1000 of 4000 samples, 2000 a second, 2s left',
    );
  });

  test('export prints what it wrote, and refuses wrong options, an existing folder and an empty range', async (t) => {
    const { run, append, write, folder } = makeSite(t);
    write(0, 5);
    await append(instant(5));
    for (const [format, files] of [
      ['zarr', ['zarr.json', used]],
      ['zarr2', ['.zmetadata', used]],
      ['csv', ['samples.csv', 'variables.csv']],
    ] as const) {
      const { status, stdout, stderr } = run('export', join(folder, format), '--format', format, '--only', used);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /: 5 samples of 1 variable, from 2026-11-18T23:00:00\.123456Z to .* in \d+ files, /);
      for (const file of files) assert.ok(existsSync(join(folder, format, file)), `${format} ${file}`);
    }
    const wrong: [argv: string[], status: number, told: RegExp][] = [
      [[], 2, /name one folder/],
      [[join(folder, 'csv')], 2, /csv is there already/],
      [[join(folder, 'new'), '--format', 'netcdf'], 2, /--format "netcdf" is none of zarr, zarr2, csv/],
      [[join(folder, 'new'), '--format', 'csv', '--codec', 'zstd'], 2, /--codec is for Zarr/],
      [[join(folder, 'new'), '--from', 'then'], 2, /--from "then" is not a time/],
      [
        [join(folder, 'new'), '--from', '2026-11-20', '--to', '2026-11-19T12:00'],
        2,
        /--from 2026-11-20T00:00:00\.000Z is after --to 2026-11-19T12:00:59\.999Z/,
      ],
      [[join(folder, 'new'), '--only', 'filesystem_dat_used_percent'], 2, /did you mean filesystem_data_used_percent/],
      [
        [join(folder, 'new'), '--from', '2026-11-20'],
        1,
        /has no sample from 2026-11-20.*it goes from 2026-11-18T23:00/,
      ],
    ];
    for (const [argv, status, told] of wrong) {
      const done = run('export', ...argv);
      assert.equal(done.status, status, done.stderr);
      assert.match(done.stderr, told);
    }
    assert.ok(!readdirSync(folder).some((name) => name.startsWith('new')));
  });

  test('adopt describes another program’s store and how to read it beside ours, and changes nothing', async (t) => {
    const { run, append, write, path, folder } = makeSite(t);
    const other = join(folder, 'older.zarr');
    const at = new Date('2026-11-18T23:10:00Z');
    for (const [name, bytes] of otherStore({ at, minutes: [30, 20, 10, 0], consolidated: true })) {
      mkdirSync(dirname(join(other, name)), { recursive: true });
      writeFileSync(join(other, name), bytes);
    }
    const before = listing(other);
    assert.match(run('adopt', other).stdout, /our archive +none at .*ops_monitor\.zarr yet/);
    write(0, 5);
    await append(instant(5));
    const { status, stdout, stderr } = run('adopt', other);
    assert.equal(status, 0, stderr);
    for (const line of [
      /^ {2}format +Zarr 2, not written by this product/m,
      /^ {2}variables +3 \(DCInverterVolts, BatterySOC, InternalTemperature\); 0 have the name of a variable in our archive$/m,
      /^ {2}samples +4 samples from 2026-11-18T22:40:00\.000Z to 2026-11-18T23:10:00\.000Z$/m,
      /^ {2}overlap +from 2026-11-18T23:00:00\.123Z to 2026-11-18T23:10:00\.000Z$/m,
      /^It is not at the path of our archive/m,
      /combine_first\(xarray\.open_zarr\(".*older\.zarr"\)\)$/m,
    ])
      assert.match(stdout, line);
    assert.deepEqual(listing(other), before);
    const own = run('adopt', path);
    assert.deepEqual([own.status, own.stdout], [2, '']);
    assert.match(own.stderr, /nothing to adopt/);
    assert.equal(run('adopt', folder).status, 1);
    const none = run('adopt', join(folder, 'none.zarr'));
    assert.equal(none.status, 2);
    assert.match(none.stderr, /^archive adopt: there is no \S+none\.zarr\n$/);
    // A foreign store at the path of our own archive.
    rmSync(path, { recursive: true });
    renameSync(other, path);
    assert.match(run('adopt', path).stdout, /It lies at the path of our archive.*\n {2}mv .*\n.*files\.state/);
  });
});
