// Stages on real disks that are full, read-only, or read-only in their sandbox only.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { readText, temporaryFolder } from '../world.ts';
import { fill, mountTmpfs } from './disks.ts';
import { collectOn, dataOf, levelsIn, siteIn, snapshotIn, stages } from './stages.ts';

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !['ballast', 'rest'].includes(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('/locks/'))
      .map((path) => [path, readText(path)]),
  );

/** A site with its state on a small disk of its own, and its textfiles on another disk. */
function siteOnDisk(t: TestContext, options = 'size=1m') {
  const folder = temporaryFolder(t);
  const disk = mountTmpfs(t, options);
  const files = `files: { state: ${disk}/state, textfiles: ${folder}/textfiles }`;
  return { folder, disk, site: siteIn(folder, `${files}\nfilesystems: { disk: ${disk} }\n`) };
}

/** Old files are unchanged; a JSONL file may have had room for a whole line in its last block. */
function assertIntact(disk: string, before: Record<string, string>): void {
  const after = filesIn(disk);
  assert.deepEqual(Object.keys(after), Object.keys(before));
  for (const [path, old] of Object.entries(before)) {
    const now = after[path] ?? '';
    if (!path.endsWith('.jsonl')) assert.equal(now, old, path);
    assert.ok(now.startsWith(old) && now.endsWith('\n'), `${path} has a torn line`);
  }
}

describe('stages on real disks', () => {
  test('on a full disk each stage reports it and exits 1, keeps the old files whole, and writes a spare copy elsewhere', (t) => {
    const { folder, disk, site } = siteOnDisk(t);
    for (const stage of stages) assert.equal(site.run(stage).status, 0, stage);
    const before = filesIn(disk);
    assert.ok(Object.keys(before).length >= 9, Object.keys(before).join(' '));
    fill(disk);

    const collect = site.run('collect-snapshot');
    assert.equal(collect.status, 1, collect.stderr);
    assert.match(collect.stderr, /(appending to .*ops_monitor_\d+\.jsonl|writing .*latest\.json) failed.*ENOSPC/);
    assertIntact(disk, before);

    // The snapshot of the full disk is in the spare folder, and is assessed.
    const assess = site.run('assess-health', '--json');
    assert.equal(assess.status, 1, assess.stderr);
    assert.match(assess.stderr, /ENOSPC/);
    assertIntact(disk, before);
    const spare = join(folder, 'run', 'ops-monitor', 'spare');
    const levels = levelsIn(readText(join(spare, disk, 'state', 'health', 'latest_health.json')));
    assert.equal(levels['filesystem-usage:disk'], 'red');
    assert.equal(levels['stage-outcome:collect-snapshot'], 'red');

    // The textfile on another disk and the Nagios output have the full disk.
    assert.match(
      readText(join(folder, 'textfiles', 'ops_monitor_health.prom')),
      /check_level\{check="filesystem-usage",subject="disk"\} 2$/m,
    );
    const nagios = site.run('assess-health', '--nagios');
    assert.equal(nagios.status, 2, nagios.stdout);
    assert.match(nagios.stdout, /^OPS-MONITOR CRITICAL - .*100 % full/);

    const report = site.run('write-report');
    assert.equal(report.status, 1);
    assert.match(report.stderr, /writing .*latest_report\.md failed.*ENOSPC/);
    assertIntact(disk, before);

    // Records that were written to the spare folder only are found.
    execFileSync('rm', ['-r', join(disk, 'state', 'stages')]);
    fill(disk);
    for (const stage of stages) assert.equal(site.run(stage).status, 1, stage);
    const confirm = site.run('confirm-cycle', '--dry-run');
    for (const stage of stages) assert.ok(!confirm.stderr.includes(`${stage} left no record`), confirm.stderr);

    // A whole cycle fails, and prints its verdict.
    const cycle = site.run('run-cycle');
    assert.equal(cycle.status, 1, cycle.stderr);
    assert.match(cycle.stderr, /ENOSPC/);
    assert.match(cycle.stdout, /● .*red/i);
    assert.match(cycle.stdout, /100 % full/);

    // With room again the next cycle writes all files in their place, and removes the spare copies.
    execFileSync('rm', [join(disk, 'ballast'), join(disk, 'rest')]);
    for (const stage of stages) assert.equal(site.run(stage).status, 0, stage);
    for (const path of ['raw/latest.json', 'health/latest_health.json'])
      assert.ok(!existsSync(join(spare, disk, 'state', path)), path);
    const raw = join(disk, 'state', 'raw');
    const text = readText(join(raw, readdirSync(raw).find((name) => name.endsWith('.jsonl')) ?? ''));
    for (const line of text.trimEnd().split('\n')) assert.doesNotThrow(() => JSON.parse(line) as unknown);
    const { sections } = snapshotIn(raw);
    assert.equal(sections['filesystems']?.status, 'ok');
  });

  test('the stages that cannot write on a read-only state disk report it', (t) => {
    const { disk, site } = siteOnDisk(t);
    for (const stage of stages) assert.equal(site.run(stage).status, 0, stage);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    for (const stage of ['collect-snapshot', 'assess-health']) {
      const { status, stderr } = site.run(stage);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /EROFS/);
    }
    const { status, stdout } = site.run('assess-health', '--nagios');
    assert.equal(status, 2, stdout);
    assert.match(stdout, /is mounted read-only/);
  });

  test('a stage whose disk is read-only or has no inodes left reports it, even on its first run', (t) => {
    for (const [options, trouble, says] of [
      ['size=1m', (disk: string) => execFileSync('mount', ['-o', 'remount,ro', disk]), /EROFS/],
      // Inodes: the root of the disk, the state, its locks, and one file. There is room, but no inode left.
      ['size=1m,nr_inodes=4', (disk: string) => writeFileSync(join(disk, 'last'), ''), /ENOSPC/],
    ] as const) {
      const { disk, site } = siteOnDisk(t, options);
      mkdirSync(join(disk, 'state', 'locks'), { recursive: true });
      trouble(disk);
      const collect = site.run('collect-snapshot');
      assert.equal(collect.status, 1, collect.stderr);
      assert.match(collect.stderr, /writing .*latest\.json failed/);
      assert.match(collect.stderr, says);
      const health = site.run('assess-health', '--nagios');
      assert.notEqual(health.status, 3, health.stdout);
      const send = site.run('send-alerts');
      assert.match(send.stderr, /writing .*state\.json failed.*it lies at/, 'it did not look');
    }
  });

  test('a line that does not fit on its disk is not written at all', (t) => {
    const folder = temporaryFolder(t);
    const disk = mountTmpfs(t, 'size=256k');
    const site = siteIn(folder, `files: { state: ${folder}/state, raw: ${disk} }\n`);
    let good = 0;
    while (site.run('collect-snapshot').status === 0 && good < 400) {
      good += 1;
      // Most of the disk is filled at once, the rest by the snapshots until one does not fit.
      if (good === 1) writeFileSync(join(disk, 'ballast'), Buffer.alloc(190_000));
    }
    assert.ok(good >= 2 && good < 400, `${good} snapshots went on a disk of 256 kB`);
    const name = readdirSync(disk).find((file) => file.endsWith('.jsonl')) ?? '';
    const lines = readText(join(disk, name)).split('\n');
    assert.equal(lines.pop(), '', 'the last line is torn');
    // The last line may have been written, and latest.json not.
    assert.ok(lines.length === good || lines.length === good + 1, `${lines.length} lines of ${good} runs`);
    for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown);
  });

  test('a sandbox in which every mount is read-only reads the disk’s own state, from the superblock', (t) => {
    const folder = temporaryFolder(t);
    const writable = mountTmpfs(t, 'size=1m');
    const readonly = mountTmpfs(t, 'size=1m');
    execFileSync('mount', ['-o', 'remount,ro', readonly]);
    mkdirSync(join(folder, 'state'));
    // As ProtectSystem=strict does it: a mount namespace in which the mounts are read-only, but for the state.
    const script = `mount -o remount,bind,ro ${writable} && touch ${writable}/x 2>/dev/null && exit 9; exec "$@"`;
    const prefix = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
    const site = siteIn(folder, `filesystems: { writable: ${writable}, readonly: ${readonly} }\n`, prefix);
    const { snapshot } = collectOn(site);
    assert.equal(dataOf(snapshot, 'filesystems', 'writable')['read_only'], false);
    assert.equal(dataOf(snapshot, 'filesystems', 'readonly')['read_only'], true);
  });

  test('usage equals that of df', (t) => {
    const folder = temporaryFolder(t);
    const disk = mountTmpfs(t, 'size=8m,nr_inodes=100');
    writeFileSync(join(disk, 'data'), Buffer.alloc(5_000_000));
    const site = siteIn(folder, `filesystems: { disk: ${disk} }\n`);
    const found = dataOf(collectOn(site).snapshot, 'filesystems', 'disk');
    const df = (...columns: string[]) =>
      execFileSync('df', ['-B1', `--output=${columns.join(',')}`, disk], { encoding: 'utf8' })
        .trim()
        .split('\n')[1]
        ?.trim()
        .split(/\s+/);
    const [size, used, available, percent] = df('size', 'used', 'avail', 'pcent') ?? [];
    const bytes = ['size_bytes', 'used_bytes', 'available_bytes'].map((name) => found[name]);
    assert.deepEqual(bytes, [size, used, available].map(Number));
    assert.equal(Math.ceil(Number(found['used_percent'])), Number(percent?.replace('%', '')));
    const [inodes, inodesUsed] = df('itotal', 'iused') ?? [];
    assert.deepEqual([found['inodes'], found['inodes_used']], [Number(inodes), Number(inodesUsed)]);
  });
});
