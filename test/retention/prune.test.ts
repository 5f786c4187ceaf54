// prune-files: what it packs, removes and leaves.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import type { Stage } from '../../lib/contract/stage.ts';
import { pruned } from '../../lib/cycle/written.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import { oldFiles } from '../../lib/io/old-files.ts';
import { pruneFiles } from '../../lib/retention/prune.ts';
import { fleetLines, layoutVersion } from '../../lib/fleet/files.ts';
import { snapshots } from '../../lib/snapshot/files.ts';
import { snapshotOf } from '../judged.ts';
import { configurationOf, readText, temporaryFolder, worldIn } from '../world.ts';

const now = new Date('2026-11-20T03:13:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const stamp = (at: Date): string => at.toISOString().slice(0, 10).replaceAll('-', '');
const stage: Stage<Configuration> = pruneFiles(pruned, oldFiles);
const config = configurationOf('keep: { raw: 100d, plain: 14d, reports: 30d, pictures: 30d, set-aside: 20d }');

const worldOf = (folder: string, options = {}) => worldIn(folder, { at: now, config, options });
const run = (folder: string, options = {}) => stage.run(worldOf(folder, options));

async function writeDay(folder: string, days: number, count = 3, first = 0): Promise<string> {
  const world = worldOf(folder);
  for (let index = first; index < first + count; index++) {
    const at = new Date(daysAgo(days).getTime() + index * 300_000);
    await world.append(snapshots, snapshotOf({}, at), daysAgo(days));
  }
  return snapshots.path(world.places, daysAgo(days));
}

const linesOf = (folder: string, days: number, from: 'start' | 'end' = 'start'): string[] =>
  [...worldOf(folder).scan(snapshots, from, daysAgo(days))].map(({ text }) => text);

const put = (path: string, text = 'x', ageDays = 0): string => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, daysAgo(ageDays), daysAgo(ageDays));
  return path;
};

describe('retention/prune', () => {
  test('raw lines are packed after `keep.plain`, removed after `keep.raw`, and read the same in between', async (t) => {
    const folder = temporaryFolder(t);
    const [young, old, gone] = [await writeDay(folder, 14), await writeDay(folder, 16), await writeDay(folder, 102)];
    const before = [linesOf(folder, 16), linesOf(folder, 16, 'end')];
    const { counts, text, problems } = await run(folder);
    assert.deepEqual(
      [existsSync(young), existsSync(old), existsSync(`${old}.zst`), existsSync(gone)],
      [true, false, true, false],
    );
    assert.equal(before[0]?.length, 3);
    assert.deepEqual([linesOf(folder, 16), linesOf(folder, 16, 'end')], before);
    assert.deepEqual(
      worldOf(folder).days(snapshots).map(stamp),
      [16, 14].map((days) => stamp(daysAgo(days))),
    );
    assert.deepEqual([counts['packed'], counts['removed'], problems], [1, 1, []]);
    assert.ok((counts['freed_bytes'] ?? 0) > 0);
    assert.match(text ?? '', /^1 packed, 1 removed, [\d.]+ kB freed$/);
    assert.equal(statSync(`${old}.zst`).mode & 0o777, snapshots.mode);
    assert.match((await run(folder)).text ?? '', /nothing is old enough/);
  });

  test('the lines of fleet-snapshot are packed and removed like those of the snapshots', async (t) => {
    const folder = temporaryFolder(t);
    const world = worldOf(folder);
    for (const days of [14, 16, 102]) {
      const at = daysAgo(days);
      const line = { schema_version: layoutVersion, run_id: '0', at: at.toISOString(), environments: {} };
      await world.append(fleetLines, line, at);
    }
    const { counts, problems } = await run(folder);
    assert.deepEqual([counts['packed'], counts['removed'], problems], [1, 1, []]);
    assert.deepEqual(readdirSync(world.places.raw).sort(), ['fleet_20261104.jsonl.zst', 'fleet_20261106.jsonl']);
  });

  test('a line that comes late beside a packed day is packed with the others', async (t) => {
    const folder = temporaryFolder(t);
    const path = await writeDay(folder, 20);
    await run(folder);
    await writeDay(folder, 20, 1, 5);
    assert.equal(linesOf(folder, 20).length, 4);
    await run(folder);
    assert.ok(!existsSync(path));
    assert.equal(linesOf(folder, 20).length, 4);
  });

  test('packed days of .gz are removed too', async (t) => {
    const folder = temporaryFolder(t);
    const path = await writeDay(folder, 105);
    writeFileSync(`${path}.gz`, zlib.gzipSync(readText(path)));
    rmSync(path);
    await run(folder);
    assert.ok(!existsSync(`${path}.gz`));
  });

  test('reports and pictures of days are removed, the latest ones stay', async (t) => {
    const folder = temporaryFolder(t);
    const health = join(folder, 'state', 'health');
    const pictures = join(worldOf(folder).places.quicklooks, 'ops_monitor');
    const goes = [
      put(join(health, `health_report_${stamp(daysAgo(32))}.md`)),
      put(join(pictures, `ops_summary_${stamp(daysAgo(32))}.png`)),
      put(join(pictures, `HK_Operations_${stamp(daysAgo(400))}.svg`)),
    ];
    const stays = [
      put(join(health, `health_report_${stamp(daysAgo(30))}.md`)),
      put(join(health, 'latest_report.md'), 'x', 400),
      put(join(pictures, 'ops_summary_30d.png'), 'x', 400),
      put(join(pictures, `ops_summary_${stamp(daysAgo(29))}.svg`), 'x', 400),
    ];
    await run(folder);
    assert.deepEqual(goes.filter(existsSync), []);
    assert.deepEqual(
      stays.filter((path) => !existsSync(path)),
      [],
    );
  });

  test('undeliverable mails and files that were set aside go by their age; mails that wait stay', async (t) => {
    const folder = temporaryFolder(t);
    const alerts = join(folder, 'state', 'alerts');
    const goes = [
      put(join(alerts, 'outbox', 'dead', 'a.json'), '{}', 21),
      put(join(alerts, 'state.json.broken-20261001T000000Z'), '{}', 21),
    ];
    const stays = [
      put(join(alerts, 'outbox', 'dead', 'b.json'), '{}', 19),
      put(join(alerts, 'outbox', 'c.json'), '{}', 400),
      put(join(alerts, 'state.json'), '{}', 400),
      put(join(alerts, 'state.json.broken-by-me'), '{}', 400),
      put(join(alerts, 'alerts.jsonl'), '{}', 400),
    ];
    await run(folder);
    assert.deepEqual(goes.filter(existsSync), []);
    assert.deepEqual(
      stays.filter((path) => !existsSync(path)),
      [],
    );
  });

  test('what is not of this program stays: other names, folders, links, other lines, and archives that cannot be unpacked', async (t) => {
    const folder = temporaryFolder(t);
    const { raw } = worldOf(folder).places;
    const far = stamp(daysAgo(500));
    const target = put(join(folder, 'precious'), 'keep me', 500);
    const stays = [
      put(join(raw, `ops_monitor_${far}.jsonl.bak`), 'x', 500),
      put(join(raw, `ops_monitor_${far}_copy.jsonl`), 'x', 500),
      put(join(raw, `other_${far}.jsonl`), 'x', 500),
      put(join(raw, `ops_monitor_${stamp(daysAgo(501))}.jsonl`), '{"time":"2025"}\n{"time":"2025"}\n', 500),
      put(join(raw, `ops_monitor_${stamp(daysAgo(503))}.jsonl.zst`), 'no zstd', 500),
      target,
    ];
    mkdirSync(join(raw, `ops_monitor_${stamp(daysAgo(502))}.jsonl`));
    symlinkSync(target, join(raw, `ops_monitor_${stamp(daysAgo(504))}.jsonl`));
    const names = readdirSync(raw);
    const { problems, counts } = await run(folder);
    assert.deepEqual(
      stays.filter((path) => !existsSync(path)),
      [],
    );
    assert.deepEqual(readdirSync(raw), names);
    assert.match(problems.join(), /2 old files stay: no line in them is of this program: .*ops_monitor_/);
    assert.deepEqual([counts['packed'], counts['removed']], [0, 0]);
  });

  test('--dry-run names what it would do, and does nothing', async (t) => {
    const folder = temporaryFolder(t);
    const paths = [await writeDay(folder, 16), await writeDay(folder, 102)];
    const { text } = await run(folder, { 'dry-run': true });
    assert.match(text ?? '', /would pack .*jsonl \([\d.]+ kB\)/);
    assert.match(text ?? '', /would remove .*jsonl \([\d.]+ kB\)/);
    assert.ok(paths.every(existsSync));
  });

  test('a file that cannot be removed does not keep the others from it', async (t) => {
    const folder = temporaryFolder(t);
    const [first, second] = [await writeDay(folder, 110), await writeDay(folder, 105)];
    const refusing = {
      ...oldFiles,
      remove: (path: string): void => {
        if (path === first) throw new Error('EROFS: read-only file system');
        oldFiles.remove(path);
      },
    };
    const { problems } = await pruneFiles(pruned, refusing).run(worldOf(folder));
    assert.deepEqual([existsSync(first), existsSync(second)], [true, false]);
    assert.match(problems.join(), /removing .* failed: EROFS/);
  });
});

const { hookChanges } = createRequire(import.meta.url)('../faults/changes.cjs') as {
  hookChanges: (act: (change: { name: string; whole: () => unknown; half: () => void }) => unknown) => () => void;
};

/** Runs the stage on a disk that dies at that change; returns whether it came to that. */
async function killedAt(folder: string, at: number, phase: string): Promise<boolean> {
  let changes = 0;
  const unhook = hookChanges(({ name, whole, half }) => {
    if (++changes < at || name === 'closeSync') return whole();
    if (changes === at && phase === 'in') half();
    if (changes === at && phase === 'after') whole();
    throw new Error('killed');
  });
  syncBuiltinESMExports();
  try {
    await run(folder).catch(() => undefined);
    return changes >= at;
  } finally {
    unhook();
    syncBuiltinESMExports();
  }
}

describe('retention/prune, killed at every change of the disk', () => {
  const kinds = ['before', 'in', 'after'];

  async function site(t: TestContext): Promise<string> {
    const folder = temporaryFolder(t);
    for (const days of [14, 16, 17, 102]) await writeDay(folder, days);
    await run(folder);
    await writeDay(folder, 17, 1, 5);
    await writeDay(folder, 18);
    await writeDay(folder, 103);
    appendFileSync(snapshots.path(worldOf(folder).places, daysAgo(14)), '{"torn');
    return folder;
  }

  test('no line is lost that was not to go, and the next run ends the work', async (t) => {
    const original = await site(t);
    const want = [14, 16, 17, 18].map((days) => linesOf(original, days).toSorted());
    assert.deepEqual(
      want.map(({ length }) => length),
      [4, 3, 4, 3],
    );
    let kills = 0;
    for (const phase of kinds)
      for (let at = 1, isOver = false; !isOver; at++) {
        const folder = join(temporaryFolder(t), 'site');
        cpSync(original, folder, { recursive: true, preserveTimestamps: true });
        isOver = !(await killedAt(folder, at, phase));
        if (isOver) break;
        kills += 1;
        const lines = (): string[][] => [14, 16, 17, 18].map((days) => [...new Set(linesOf(folder, days))].toSorted());
        assert.deepEqual(lines(), want, `killed ${phase} change ${at}`);
        await run(folder);
        assert.deepEqual(
          [14, 16, 17, 18].map((days) => linesOf(folder, days).toSorted()),
          want,
          `after ${phase} ${at}`,
        );
        assert.deepEqual(worldOf(folder).days(snapshots).length, 4);
      }
    assert.ok(kills >= 20, `${kills} kills`);
    t.diagnostic(`${kills} kills, no line lost`);
  });
});
