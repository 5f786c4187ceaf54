// Metrics through all stages: what node-exporter's collection scripts write, a real node-exporter, and servers that misbehave.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { freePort } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { installPackages, unpackPackage } from './packages.ts';
import { startServer } from './servers.ts';
import { collectOn, dataOf, itemOf, levelsIn, type Site, siteIn } from './stages.ts';

function judge(site: Site): Record<string, string> {
  for (const stage of ['assess-health', 'write-report', 'append-zarr']) assert.equal(site.run(stage).status, 0, stage);
  const levels = levelsIn(readText(join(site.state, 'health', 'latest_health.json')));
  return Object.fromEntries(
    Object.entries(levels).flatMap(([id, level]) =>
      id.startsWith('metric-value:') ? [[id.replace('metric-value:', ''), level]] : [],
    ),
  );
}

const scripts: readonly (readonly [file: string, ...command: string[]])[] = [
  ['apt', '/usr/bin/python3', 'apt_info.py'],
  ['smartmon', 'bash', 'smartmon.sh'],
  ['nvme', 'bash', 'nvme_metrics.sh'],
  ['fstab', 'bash', 'fstab-check.sh'],
  ['inotify', '/usr/bin/python3', 'inotify-instances'],
  ['size', 'sh', 'directory-size.sh', '/etc', '/usr/bin'],
  // They print nothing on a machine without such arrays, and with an /etc/os-release.
  ['md', 'bash', 'md_info.sh'],
  ['os', 'sh', 'node_os_info.sh'],
];

function writeTextfiles(t: TestContext, folder: string): void {
  installPackages(
    'python3',
    'python3-apt',
    'python3-prometheus-client',
    'smartmontools',
    'nvme-cli',
    'jq',
    'moreutils',
  );
  const below = ['usr', 'share', 'prometheus-node-exporter-collectors'];
  const cwd = join(unpackPackage(t, 'prometheus-node-exporter-collectors'), ...below);
  mkdirSync(folder);
  for (const [file, program = '', ...argv] of scripts) {
    const { stdout, error } = spawnSync(program, argv, { cwd, encoding: 'utf8', timeout: 60_000 });
    assert.equal(error, undefined, file);
    writeFileSync(join(folder, `${file}.prom`), stdout);
  }
}

const now = (): number => Math.round(Date.now() / 1000);

describe('metrics', () => {
  test('textfiles of node-exporter’s collection scripts are judged, as the scripts write them', (t) => {
    const folder = temporaryFolder(t);
    const textfiles = join(folder, 'textfiles');
    writeTextfiles(t, textfiles);
    const site = siteIn(
      folder,
      [
        'metrics:',
        `  both: { file: ${textfiles}/size.prom, family: node_directory_size_bytes, red: "1:" }`,
        `  size: { file: ${textfiles}/*.prom, family: node_directory_size_bytes, labels: { directory: /etc }, amber: "0:1" }`,
        `  upgrades: { file: ${textfiles}/apt.prom, family: apt_upgrades_pending, red: "~:-1" }`,
        `  cache: { file: ${textfiles}/*.prom, family: apt_package_cache_timestamp_seconds, age: { red: 3000d } }`,
        `  reboot: { file: ${textfiles}/apt.prom, family: node_reboot_required, red: "0:1" }`,
        `  smart: { file: ${textfiles}/smartmon.prom, family: smartmon_smartctl_version, red: "1" }`,
        `  nvme: { file: ${textfiles}/n*.prom, family: nvme_nvmecli, red: "1" }`,
        `  inotify: { file: ${textfiles}/inotify.prom, family: inotify_instances, labels: { pid: none }, absent: green }`,
        `  mounts: { file: ${textfiles}/fstab.prom, family: node_fstab_mount_status, absent: amber }`,
        `  missing: { file: ${textfiles}/smartmon.prom, family: smartmon_device_smart_healthy, red: "1:", absent: red }`,
        // Empty files prove nothing.
        `  raid: { file: ${textfiles}/md.prom, family: node_md_disks, absent: green }`,
        `  os: { file: ${textfiles}/os.prom, family: node_os_info }`,
        `  gone: { file: ${textfiles}/none.prom, family: node_md_disks, absent: green }`,
      ].join('\n'),
    );
    const { snapshot } = collectOn(site);
    assert.deepEqual(judge(site), {
      both: 'green',
      size: 'amber',
      upgrades: 'red',
      cache: 'green',
      reboot: 'green',
      smart: 'green',
      nvme: 'green',
      inotify: 'green',
      mounts: 'amber',
      missing: 'red',
      raid: 'unknown',
      os: 'unknown',
      gone: 'unknown',
    });
    assert.equal(dataOf(snapshot, 'metrics', 'size')['oldest_file'], join(textfiles, 'size.prom'));
    const size = site.run('explain', 'metric-value:size').stdout;
    assert.match(size, /^ {2}why +node_directory_size_bytes is \d+ \(amber above 1\)$/m);
    assert.match(size, /^ {2}limit +0:1, metrics\.size\.amber$/m);
    assert.match(size, /"oldest_file": ".*size\.prom"/);
    assert.match(
      site.run('explain', 'metric-value:raid').stdout,
      /^ {2}why +\S+md\.prom has no value of .*it is empty/m,
    );
    const missing = site.run('explain', 'metric-value:missing').stdout;
    assert.match(missing, /^ {2}limit +red, metrics\.missing\.absent$/m);
    assert.match(missing, /^ {2}clears +when it has one$/m);
  });

  test('a real node-exporter is read by its URL, with the times of its textfiles, in one request', async (t) => {
    const folder = temporaryFolder(t);
    const textfiles = join(folder, 'textfiles');
    mkdirSync(textfiles);
    const times = { fresh: now() - 60, old: now() - 400_000 };
    for (const [job, time] of Object.entries(times))
      writeFileSync(join(textfiles, `${job}.prom`), `backup_success_timestamp_seconds{job="${job}"} ${time}\n`);
    const program = join(unpackPackage(t, 'prometheus-node-exporter'), 'usr', 'bin', 'prometheus-node-exporter');
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}/metrics`;
    const argv = [`--web.listen-address=${address}`, `--collector.textfile.directory=${textfiles}`];
    await startServer(t, program, argv, url);
    const site = siteIn(
      folder,
      [
        'metrics:',
        `  load: { url: "${url}", family: node_load1, red: "0:99999" }`,
        `  scripts: { url: "${url}", family: node_textfile_scrape_error, red: "0" }`,
        `  mtime: { url: "${url}", family: node_textfile_mtime_seconds, age: { amber: 26h, red: 3d } }`,
        `  clock: { url: "${url}", family: node_time_seconds, age: { red: 1h } }`,
        `  backup: { url: "${url}", family: backup_success_timestamp_seconds, age: { amber: 26h, red: 3d } }`,
        `  files: { url: "${url}", family: node_filesystem_readonly, labels: { mountpoint: / }, red: "0" }`,
        `  raid: { url: "${url}", family: node_md_disks, labels: { state: failed }, red: "0", absent: green }`,
        `  lost: { url: "http://${address}/none", family: node_load1, absent: green }`,
        `  requests: { url: "${url}", family: promhttp_metric_handler_requests_total, labels: { code: "200" }, red: "1:1" }`,
      ].join('\n'),
    );
    const { snapshot } = collectOn(site);
    const levels = judge(site);
    assert.deepEqual(levels, {
      load: 'green',
      scripts: 'green',
      mtime: 'green',
      clock: 'green',
      backup: 'red',
      files: 'green',
      raid: 'green',
      lost: 'unknown',
      // The exporter counts the answers before this one: only that to this test, which waited for its start.
      requests: 'green',
    });
    const { ages } = dataOf(snapshot, 'metrics', 'backup') as { ages: Record<string, number> };
    assert.deepEqual(Object.keys(ages), ['job=fresh', 'job=old']);
    assert.ok((ages['job=old'] ?? 0) >= 400_000 && (ages['job=old'] ?? 0) < 400_600, JSON.stringify(ages));
    assert.match(
      readText(join(site.state, 'ops_monitor.zarr', 'metric_backup_ages_job_old', 'zarr.json')),
      /"units":"s"/,
    );
    const report = readText(join(site.state, 'health', 'latest_report.md'));
    assert.match(
      report,
      /\| backup \| backup\\_success\\_timestamp\\_seconds \| +\| job=fresh: \S+.* ago, job=old: 4d 15h .* ago/,
    );
    const explained = site.run('explain', 'metric-value:backup').stdout;
    assert.match(
      explained,
      /^ {2}why +the time in backup_success_timestamp_seconds of job=old was 4d 15h .* \(red above 3d\)$/m,
    );
    assert.match(explained, /^ {2}limit +3d, metrics\.backup\.age\.red$/m);
    // The exporter answers any other path with a page and status 200.
    assert.match(site.run('explain', 'metric-value:lost').stdout, /is no line of an exposition/);
  });

  test('servers that misbehave are unknown, cost only their own reading, and put nothing raw into the report', async (t) => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const answers = [
      'endless',
      'line',
      'slow',
      'silent',
      'series',
      'gzip',
      'loop',
      'page',
      'twice',
      'nan',
      'latin',
      'escape',
      'good',
    ];
    await startServer(t, process.execPath, ['-e', hostile, String(port)], `http://127.0.0.1:${port}/good`);
    const site = siteIn(
      folder,
      [
        'metrics:',
        ...answers.map(
          (name) => `  ${name}: { url: "http://127.0.0.1:${port}/${name}", family: up, timeout: 5s, absent: green }`,
        ),
      ].join('\n'),
    );
    const { snapshot } = collectOn(site);
    for (const [name, reason] of [
      ['endless', /has more than 16777216 bytes/],
      ['line', /has more than 16777216 bytes/],
      ['slow', /was not complete within 5s/],
      ['silent', /no answer within 5s/],
      ['gzip', /is encoded as gzip, unasked/],
      ['loop', /status 301, not 200; redirects are not followed/],
    ] as const) {
      const found = itemOf(snapshot, 'metrics', name);
      assert.ok(found.status === 'failed', `${name}: ${JSON.stringify(found).slice(0, 200)}`);
      assert.match(found.reason, reason);
    }
    const levels = judge(site);
    const unknown = answers.filter((name) => !['good', 'escape'].includes(name));
    assert.deepEqual(levels, {
      ...Object.fromEntries(unknown.map((name) => [name, 'unknown'])),
      escape: 'green',
      good: 'green',
    });
    const report = readText(join(site.state, 'health', 'latest_report.md'));
    assert.ok(!report.includes('\u001B') && !report.includes('<b>'), 'the report is harmless');
    const explained = site.run('explain', 'metric-value:escape').stdout;
    // oxlint-disable-next-line no-control-regex -- control characters are what the explanation must not have
    assert.doesNotMatch(explained, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

/** Answers by path. */
const hostile = `
const { createServer } = require('node:http');
const { gzipSync } = require('node:zlib');
const forEver = (response, part) => {
  const send = () => response.destroyed || response.write(part, () => setTimeout(send, 0));
  response.on('error', () => {});
  send();
};
const paths = {
  endless: (response) => forEver(response, 'up 1\\n'.repeat(20_000)),
  line: (response) => forEver(response, 'u'.repeat(100_000)),
  slow: (response) => { const timer = setInterval(() => response.write('up 1\\n'), 100); response.on('close', () => clearInterval(timer)); },
  silent: () => {},
  series: (response) => response.end(Array.from({ length: 1_000_000 }, (_, n) => 'up{n="' + n + '"} 1\\n').join('')),
  gzip: (response) => { response.setHeader('content-encoding', 'gzip'); response.end(gzipSync('up 1\\n')); },
  loop: (response) => { response.writeHead(301, { location: '/loop' }).end('up 1\\n'); },
  page: (response) => { response.setHeader('content-type', 'text/html'); response.end('<!DOCTYPE html><b>\\n<p>Log in</p>'); },
  twice: (response) => response.end('up 1\\nup 2\\n'),
  nan: (response) => response.end('up{a="1"} 1\\nup{a="2"} NaN\\n'),
  latin: (response) => response.end(Buffer.from('up{a="\\xff"} 1\\nup{a="\\xfe"} 2\\n', 'latin1')),
  escape: (response) => response.end('up{a="\\x1b[2J\\x1b]0;x\\x07<b>|\\x9b"} 1\\n'),
  good: (response) => response.end('up 1\\n'),
};
createServer((request, response) => paths[request.url.slice(1)](response)).listen(Number(process.argv[1]), '127.0.0.1');
`;
