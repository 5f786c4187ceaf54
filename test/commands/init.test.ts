// `ops-monitor init` as a person runs it, on this machine.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, root, runBundle } from '../process.ts';
import { configurationOf, readText, temporaryFolder } from '../world.ts';

const shipped = readText(join(root, 'ops', 'package', 'deb', 'config.yaml'));

function machine(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config };
  return { folder, config, run: (...argv: string[]) => runBundle('ops-monitor', ['init', ...argv], env) };
}

/** Six files, one every hour up to now. */
function makeStream(folder: string): void {
  const now = Date.now();
  for (let hour = 0; hour < 6; hour++) {
    const at = new Date(now - hour * 3_600_000);
    const day = join(folder, at.toISOString().slice(0, 10).replaceAll('-', '/'));
    mkdirSync(day, { recursive: true });
    const path = join(day, `met_${at.getUTCHours()}.nc`);
    writeFileSync(path, 'x');
    utimesSync(path, at, at);
  }
}

describe('init', () => {
  test('writes a valid configuration where there is none, keeps it the second time, and says so', (t) => {
    const { config, run } = machine(t);
    const first = run();
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /^Watched:\n {2}filesystems +\d+: /);
    assert.ok(first.stdout.includes(`${config} is written.`));
    const text = readText(config);
    assert.ok(Object.keys(configurationOf(text).filesystems ?? {}).length > 0, text);

    const second = run();
    assert.equal(second.status, 2);
    assert.match(second.stderr, /init --diff\n.*init --output FILE/);
    assert.equal(readText(config), text);
  });

  test('replaces the untouched configuration of the package, with its folders, and no edited one', (t) => {
    const { folder, config, run } = machine(t);
    const own = shipped
      .replace(/state: .*/, `state: ${join(folder, 'state')}`)
      .replace(/textfiles: .*/, `textfiles: ${join(folder, 'textfiles')}`);
    writeFileSync(config, own);
    assert.equal(run().status, 0);
    const { files } = configurationOf(readText(config));
    assert.deepEqual({ ...files }, { state: join(folder, 'state'), textfiles: join(folder, 'textfiles') });

    const edited = own.replace('# site: my-site', 'site: mine');
    writeFileSync(config, edited);
    assert.equal(run().status, 2);
    assert.equal(readText(config), edited);
  });

  test('prints with --dry-run and --output -, and writes only the new file of --output FILE', (t) => {
    const { folder, config, run } = machine(t);
    for (const option of ['--dry-run', '--output=-']) {
      const { status, stdout, stderr } = run(option);
      assert.equal(status, 0, stderr);
      configurationOf(stdout);
      assert.match(stderr, /^Watched:/);
      assert.equal(existsSync(config), false, option);
    }
    const file = join(folder, 'new.yaml');
    assert.equal(run('--output', file).status, 0);
    configurationOf(readText(file));
    assert.equal(existsSync(config), false);
    assert.equal(run('--output', file).status, 2, 'a file of somebody is not replaced');
  });

  test('finds the streams below each folder that --streams names', (t) => {
    const { folder, run } = machine(t);
    const [one, two] = [join(folder, 'a', 'met'), join(folder, 'b', 'radar')];
    for (const stream of [one, two]) makeStream(stream);
    const { stdout, stderr } = run('--dry-run', '--streams', join(folder, 'a'), '--streams', join(folder, 'b'));
    const { streams } = configurationOf(stdout);
    const found = Object.entries(streams).map(([name, { source, window }]) => [
      name,
      source?.root,
      source?.files,
      window,
    ]);
    assert.deepEqual(
      found,
      [
        ['met', one, '{yyyy}/{MM}/{dd}/*.nc', 10_800],
        ['radar', two, '{yyyy}/{MM}/{dd}/*.nc', 10_800],
      ],
      stderr,
    );
  });

  test('--diff lists what is not watched and what is not there, and changes nothing', (t) => {
    const { folder, config, run } = machine(t);
    makeStream(join(folder, 'in', 'met'));
    const text = 'filesystems: { gone: /nowhere/at/all }\ngit: { tool: /nowhere/tool }\n';
    writeFileSync(config, text);
    const { status, stdout, stderr } = run('--diff', '--streams', join(folder, 'in'));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^not watched +filesystems: root /m);
    assert.match(stdout, /^not watched +streams: met /m);
    assert.match(stdout, /^not there +filesystems: gone +\/nowhere/m);
    assert.match(stdout, /^not there +checkouts: tool /m);
    assert.match(stdout, /nothing was changed\n$/);
    // What is listed as not watched can be pasted as it stands.
    const [, entries = ''] = /\nTo watch these, [^\n]*:\n([^]*)\n\n\d+ things not watched/.exec(stdout) ?? [];
    const { filesystems = {}, streams } = configurationOf(entries);
    assert.equal(filesystems['root']?.path, '/');
    assert.equal(streams['met']?.source?.root, join(folder, 'in', 'met'));
    assert.equal(readText(config), text);
    writeFileSync(config, 'filesystems: { all: / }\n');
    assert.doesNotMatch(run('--diff').stdout, /filesystems: root /);
  });

  test('says what to do where the configuration may not be written', (t) => {
    const { folder, run } = machine(t);
    writeFileSync(join(folder, 'file'), '');
    const { status, stderr } = run('--output', join(folder, 'file', 'config.yaml'));
    assert.notEqual(status, 0);
    assert.ok(stderr.includes(join(folder, 'file', 'config.yaml')), stderr);
  });
});
