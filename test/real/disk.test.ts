// Real disks: full, read-only, and read-only for a sandbox alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readText, temporaryFolder } from '../world.ts';
import { fill, mountTmpfs } from './disks.ts';
import { itemOf, siteIn, snapshotIn, stages } from './stages.ts';

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && !['ballast', 'rest'].includes(entry.name) && !entry.parentPath.endsWith('locks'),
      )
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readText(path)]),
  );

/** Old files are as they were; a JSONL file may have had room for a whole line in its last block. */
function assertIntact(disk: string, before: Record<string, string>): void {
  const after = filesIn(disk);
  assert.deepEqual(Object.keys(after), Object.keys(before));
  for (const [path, old] of Object.entries(before)) {
    const now = after[path] ?? '';
    if (!path.endsWith('.jsonl')) assert.equal(now, old, path);
    assert.ok(now.startsWith(old) && now.endsWith('\n'), `${path} has a torn line`);
  }
}

test('on a full disk each stage says so and exits 1, leaves the old files whole, and what must speak speaks from elsewhere', (t) => {
  const folder = temporaryFolder(t);
  const disk = mountTmpfs(t, 'size=1m');
  const site = siteIn(
    folder,
    `files: { state: ${disk}/state, textfiles: ${folder}/textfiles }\nfilesystems: { disk: ${disk} }\n`,
  );
  for (const stage of stages) assert.equal(site.run(stage).status, 0, stage);
  const before = filesIn(disk);
  assert.ok(Object.keys(before).length >= 9, Object.keys(before).join(' '));
  fill(disk);

  const collect = site.run('collect-snapshot');
  assert.equal(collect.status, 1, collect.stderr);
  assert.match(collect.stderr, /(appending to .*ops_monitor_\d+\.jsonl|writing .*latest\.json) failed.*ENOSPC/);
  assertIntact(disk, before);

  // The snapshot that tells of the full disk is there all the same, and is judged.
  const assess = site.run('assess-health', '--json');
  assert.equal(assess.status, 1, assess.stderr);
  assert.match(assess.stderr, /ENOSPC/);
  assertIntact(disk, before);
  const spare = join(folder, 'run', 'ops-monitor', 'spare');
  const health = JSON.parse(readText(join(spare, disk, 'state', 'health', 'latest_health.json'))) as {
    observations: { id: string; level: string }[];
  };
  const levels = Object.fromEntries(health.observations.map(({ id, level }) => [id, level]));
  assert.equal(levels['filesystem-usage:disk'], 'red');
  assert.equal(levels['stage-outcome:collect-snapshot'], 'red');

  // Prometheus, on another disk, is told; and so is Nagios.
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

  // Records that never found room are known all the same.
  execFileSync('rm', ['-r', join(disk, 'state', 'stages')]);
  fill(disk);
  for (const stage of stages) assert.equal(site.run(stage).status, 1, stage);
  const confirm = site.run('confirm-cycle', '--dry-run');
  for (const stage of stages) assert.ok(!confirm.stderr.includes(`${stage} left no record`), confirm.stderr);

  // A whole cycle fails, and says what it found all the same.
  const cycle = site.run('run-cycle');
  assert.equal(cycle.status, 1, cycle.stderr);
  assert.match(cycle.stderr, /ENOSPC/);
  assert.match(cycle.stdout, /● .*red/i);
  assert.match(cycle.stdout, /100 % full/);

  // Room again: the next cycle writes everything in its place, and the spare copies go.
  execFileSync('rm', [join(disk, 'ballast'), join(disk, 'rest')]);
  for (const stage of stages) assert.equal(site.run(stage).status, 0, stage);
  assert.ok(
    !existsSync(join(spare, disk, 'state', 'raw', 'latest.json')) &&
      !existsSync(join(spare, disk, 'state', 'health', 'latest_health.json')),
  );
  const text = readText(
    join(disk, 'state', 'raw', readdirSync(join(disk, 'state', 'raw')).find((name) => name.endsWith('.jsonl')) ?? ''),
  );
  for (const line of text.trimEnd().split('\n')) assert.doesNotThrow(() => JSON.parse(line) as unknown);
  const { sections } = snapshotIn(join(disk, 'state', 'raw'));
  assert.equal(sections['filesystems']?.status, 'ok');
});

test('a state disk that turned read-only is told of, by the very stages that cannot write on it', (t) => {
  const folder = temporaryFolder(t);
  const disk = mountTmpfs(t, 'size=1m');
  const site = siteIn(folder, `files: { state: ${disk}/state }\nfilesystems: { disk: ${disk} }\n`);
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

test('a stage that never ran before its disk turned read-only, or full of files, speaks all the same', (t) => {
  for (const [options, trouble, says] of [
    ['size=1m', (disk: string) => execFileSync('mount', ['-o', 'remount,ro', disk]), /EROFS/],
    // The root of the disk, the state, its locks, and one file: there is room, and no inode.
    ['size=1m,nr_inodes=4', (disk: string) => writeFileSync(join(disk, 'last'), ''), /ENOSPC/],
  ] as const) {
    const folder = temporaryFolder(t);
    const disk = mountTmpfs(t, options);
    const site = siteIn(folder, `files: { state: ${disk}/state }\nfilesystems: { disk: ${disk} }\n`);
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

test('a disk that is too full for a line takes none of it', (t) => {
  const folder = temporaryFolder(t);
  const disk = mountTmpfs(t, 'size=256k');
  const site = siteIn(folder, `files: { state: ${folder}/state, raw: ${disk} }\n`);
  let good = 0;
  while (site.run('collect-snapshot').status === 0 && good < 400) {
    good += 1;
    // Filled up in large steps, and then by the snapshots themselves until one does not fit.
    if (good === 1) writeFileSync(join(disk, 'ballast'), Buffer.alloc(190_000));
  }
  assert.ok(good >= 2 && good < 400, `${good} snapshots went on a disk of 256 kB`);
  const name = readdirSync(disk).find((file) => file.endsWith('.jsonl')) ?? '';
  const lines = readText(join(disk, name)).split('\n');
  assert.equal(lines.pop(), '', 'the last line is torn');
  // The last one may have gone in whole, and latest.json not.
  assert.ok(lines.length === good || lines.length === good + 1, `${lines.length} lines of ${good} runs`);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown);
});

test('read-only is told by the superblock: a sandbox that sees every mount read-only reads what the disk really is', (t) => {
  const folder = temporaryFolder(t);
  const writable = mountTmpfs(t, 'size=1m');
  const readonly = mountTmpfs(t, 'size=1m');
  execFileSync('mount', ['-o', 'remount,ro', readonly]);
  mkdirSync(join(folder, 'state'));
  // As ProtectSystem=strict does it: a mount namespace in which the mounts are read-only, but for the state.
  const script = `mount -o remount,bind,ro ${writable} && touch ${writable}/x 2>/dev/null && exit 9; exec "$@"`;
  const site = siteIn(
    folder,
    `files: { state: ${folder}/state }\nfilesystems: { writable: ${writable}, readonly: ${readonly} }\n`,
    ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'],
  );
  const { status, stderr } = site.run('collect-snapshot');
  assert.equal(status, 0, stderr);
  const snapshot = snapshotIn(join(folder, 'state', 'raw'));
  const readOnly = (item: string) => {
    const envelope = itemOf(snapshot, 'filesystems', item);
    assert.equal(envelope.status, 'ok', JSON.stringify(envelope));
    return envelope.status === 'ok' && envelope.data['read_only'];
  };
  assert.equal(readOnly('writable'), false);
  assert.equal(readOnly('readonly'), true);
});

test('usage is what df says', (t) => {
  const folder = temporaryFolder(t);
  const disk = mountTmpfs(t, 'size=8m,nr_inodes=100');
  writeFileSync(join(disk, 'data'), Buffer.alloc(5_000_000));
  const site = siteIn(folder, `files: { state: ${folder}/state }\nfilesystems: { disk: ${disk} }\n`);
  assert.equal(site.run('collect-snapshot').status, 0);
  const envelope = itemOf(snapshotIn(join(folder, 'state', 'raw')), 'filesystems', 'disk');
  assert.equal(envelope.status, 'ok');
  if (envelope.status !== 'ok') return;
  const df = (...columns: string[]) =>
    execFileSync('df', ['-B1', `--output=${columns.join(',')}`, disk], { encoding: 'utf8' })
      .trim()
      .split('\n')[1]
      ?.trim()
      .split(/\s+/);
  const [size, used, available, percent] = df('size', 'used', 'avail', 'pcent') ?? [];
  assert.equal(envelope.data['size_bytes'], Number(size));
  assert.equal(envelope.data['used_bytes'], Number(used));
  assert.equal(envelope.data['available_bytes'], Number(available));
  assert.equal(Math.ceil(Number(envelope.data['used_percent'])), Number(percent?.replace('%', '')));
  const [inodes, inodesUsed] = df('itotal', 'iused') ?? [];
  assert.equal(envelope.data['inodes'], Number(inodes));
  assert.equal(envelope.data['inodes_used'], Number(inodesUsed));
});
