// The listings that streams and mirrors share: against real files on disk, and with machines that hang.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Host } from '../../lib/contract/host.ts';
import { listFilesCommand } from '../../lib/snapshot/list-script.ts';
import { listingsOf } from '../../lib/snapshot/listings.ts';
import { mirrors } from '../../lib/snapshot/probes/mirrors.ts';
import { streams } from '../../lib/snapshot/probes/streams.ts';
import { hostOf } from '../host.ts';
import { root } from '../process.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { recordedHost, writeModified } from './machine.ts';

const at = new Date('2026-11-20T12:00:00Z');
const daily = '{yyyy}/{MM}/{dd}/*.nc';
const hoursAgo = (hours: number): Date => new Date(at.getTime() - hours * 3_600_000);

/** Streams and mirrors of this configuration, read as one run. */
function reader(host: (name?: string, signal?: AbortSignal) => Host, text: string) {
  const from = { host, config: configurationOf(text), run: {}, previous: undefined, bootId: '', at };
  return {
    stream: (item: string) => streams.read({ ...from, item }),
    mirror: (item: string) => mirrors.read({ ...from, item }),
  };
}

const siteText = (folder: string, names: readonly string[]): string =>
  `streams:\n${names
    .map(
      (name) =>
        `  ${name}: { source: { root: ${folder}/${name}, files: "${daily}" }, mirrors: { a: { root: ${folder}/${name}-a }, b: { root: ${folder}/${name}-b, compare: 2d } } }\n`,
    )
    .join('')}`;

const names = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'];

function writeSite(t: TestContext): string {
  const folder = temporaryFolder(t);
  for (const name of names)
    for (const place of ['', '-a', '-b']) {
      writeModified(join(folder, name + place, '2026/11/20/new.nc'), 'data', hoursAgo(1));
      writeModified(join(folder, name + place, '2026/11/15/old.nc'), place === '-b' ? 'da' : 'data', hoursAgo(120));
    }
  return folder;
}

/** A machine whose roots with `hung` in their name never answer: the common child prints what came before. */
function hangingMachine({ hung, earlier = [] }: { hung: string; earlier?: readonly string[] }) {
  const asked: { roots: string[]; alone: string | undefined }[] = [];
  const entry = (path: string) =>
    `0\t${(at.getTime() - 3_600_000) / 1000}\t4\t${path}/2026/11/20/new.nc\0# ${path}/.\0`;
  const host = (_name?: string, signal?: AbortSignal): Host =>
    hostOf({
      hangs: async (alone) => earlier.includes(alone),
      run: async (argv, { alone, onOutput } = {}) => {
        const roots = argv.filter((word) => word.endsWith('/.') && word !== '/.').map((word) => word.slice(0, -2));
        asked.push({ roots, alone });
        for (const [index, path] of roots.entries()) {
          if (path.includes(hung))
            return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('killed'))));
          onOutput?.(entry(path), 'stdout');
          if (index === roots.length - 1) break;
          onOutput?.('# /.\0', 'stdout');
        }
        return { exit_code: 0, stdout: '', stderr: '' };
      },
    });
  return { host, asked };
}

/** Lets all pending work go on. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('shared listings', () => {
  test('eight streams with two mirrors each cost one child, and each gets its own files', async (t) => {
    const folder = writeSite(t);
    const { host, asked } = recordedHost(folder);
    const { stream, mirror } = reader(() => host, siteText(folder, names));
    const found = await Promise.all(
      names.map(async (name) => [await stream(name), await mirror(`${name}.a`), await mirror(`${name}.b`)] as const),
    );
    assert.equal(asked.length, 1, asked.join('\n'));
    assert.equal(found.length, 8);
    for (const [source, a, b] of found) {
      assert.equal(source.newest_file, '2026/11/20/new.nc');
      assert.deepEqual([a.source_files, a.coverage_percent, a.extra_files], [1, 100, 0], 'new.nc is not due yet');
      // The mirror b compares two days only.
      assert.deepEqual([b.source_files, b.coverage_percent, b.extra_files], [0, undefined, 0]);
    }
  });

  test('a root that hangs costs only itself: the others are listed by themselves', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { host, asked } = hangingMachine({ hung: 's2' });
    const { stream } = reader(host, siteText('/data', ['s1', 's2', 's3']).replaceAll(/, mirrors: \{.*\} \}$/gm, ' }'));
    const outcomes = Promise.allSettled(['s1', 's2', 's3'].map(stream));
    await settle();
    assert.deepEqual(
      asked.map(({ roots }) => roots),
      [['/data/s1', '/data/s2', '/data/s3']],
    );
    t.mock.timers.tick(4000);
    await settle();
    assert.deepEqual(
      asked.slice(1),
      ['s1', 's2', 's3'].map((name) => ({ roots: [`/data/${name}`], alone: `stream-${name}` })),
    );
    t.mock.timers.tick(5500);
    const [first, second, third] = await outcomes;
    assert.equal(first?.status === 'fulfilled' && first.value.newest_file, '2026/11/20/new.nc');
    assert.equal(third?.status === 'fulfilled' && third.value.newest_file, '2026/11/20/new.nc');
    assert.match(
      second?.status === 'rejected' ? String(second.reason) : '',
      /listing \/data\/s2 did not answer within 5\.5s/,
    );
  });

  test('a root that still hangs since an earlier cycle is left out of the common child', async () => {
    const { host, asked } = hangingMachine({ hung: 'nothing', earlier: ['stream-s2'] });
    const { stream } = reader(host, siteText('/data', ['s1', 's2', 's3']).replaceAll(/, mirrors: \{.*\} \}$/gm, ' }'));
    await Promise.all(['s1', 's2', 's3'].map(stream));
    assert.deepEqual(
      asked.map(({ roots }) => roots),
      [['/data/s1', '/data/s3'], ['/data/s2']],
    );
  });

  test('a mirror whose source could not be listed is a failed reading, never a coverage', async (t) => {
    const folder = writeSite(t);
    const { host } = recordedHost(folder);
    const text = siteText(folder, ['s1']).replace(`root: ${folder}/s1,`, `root: ${folder}/gone,`);
    const { stream, mirror } = reader(() => host, text);
    await assert.rejects(stream('s1'), /ENOENT: there is no folder .*gone/);
    await assert.rejects(mirror('s1.a'), /ENOENT: there is no folder .*gone/);
  });

  test('a program that kills find, or prints half of the files, makes every reading fail', async (t) => {
    const path = process.env['PATH'];
    t.after(() => (process.env['PATH'] = path));
    const finds: [name: string, text: string, says: RegExp][] = [
      ['killed', 'kill -9 $$', /list-files .* was ended by SIGKILL/],
      ['half of the files', '/usr/bin/find "$@" | head -c 60; exit 0', /no end mark|did not print a file/],
      ['nothing', 'exit 0', /no end mark/],
      ['a missing file beside exit 1', `echo "find: '/x': No such file or directory" >&2; exit 1`, /no end mark/],
    ];
    for (const [name, text, says] of finds) {
      const folder = writeSite(t);
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/find'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      process.env['PATH'] = `${folder}/bin:${path}`;
      const { host } = recordedHost(folder);
      const { stream, mirror } = reader(() => host, siteText(folder, ['s1', 's2']));
      for (const item of ['s1', 's2']) {
        await assert.rejects(stream(item), says, name);
        await assert.rejects(mirror(`${item}.a`), says, name);
      }
    }
  });

  test('links to files are files with the size of their target; links to folders and broken links are not', async (t) => {
    const folder = temporaryFolder(t);
    const [source, copy] = [join(folder, 'source'), join(folder, 'copy')];
    writeModified(join(folder, 'elsewhere/target'), 'x'.repeat(100), hoursAgo(3));
    for (const place of [source, copy]) writeModified(join(place, 'real.nc'), 'data', hoursAgo(4));
    symlinkSync('../elsewhere/target', join(source, 'link.nc'));
    symlinkSync('nowhere', join(source, 'broken.nc'));
    symlinkSync('.', join(source, 'loop.nc'));
    symlinkSync('..', join(source, 'up'));
    writeModified(join(copy, 'link.nc'), 'x'.repeat(100), hoursAgo(3));
    for (const pattern of ['*.nc', '**/*.nc']) {
      const { host } = recordedHost(folder);
      const text = `streams: { s: { source: { root: ${source}, files: "${pattern}" }, mirrors: { m: { root: ${copy} } } } }`;
      const { stream, mirror } = reader(() => host, text);
      assert.equal((await stream('s')).newest_file, 'link.nc', pattern);
      const { source_files, coverage_percent, extra_files } = await mirror('s.m');
      assert.deepEqual([source_files, coverage_percent, extra_files], [2, 100, 0], pattern);
    }
  });

  test('long lists of folders are split among several children', async () => {
    const { host, asked } = hangingMachine({ hung: 'nothing' });
    const many = Array.from({ length: 400 }, (_, index) => `s${index}`);
    const { stream } = reader(host, siteText(`/data/${'long'.repeat(20)}`, many));
    assert.equal((await stream('s399')).newest_file, '2026/11/20/new.nc');
    assert.ok(asked.length >= 2 && asked.length < 40, String(asked.length));
  });

  test('a million files in one tree fit into 256 MiB, and one that is missing is named', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'bin'));
    const lines = (count: number, path: string, selection: number): string =>
      `seq 1 ${count} | awk -v TIME=${Math.floor(Date.now() / 1000) - 20_000} '{ printf "${selection}\\t%d.5\\t12\\t${folder}/${path}/2026/hatpro_level1_%08d.nc%c", TIME, $1, 0 }' && printf '# ${folder}/${path}/.\\0'`;
    writeFileSync(
      join(folder, 'bin/find'),
      [
        '#!/bin/sh',
        // Under load the common child may be too slow; then each root is listed by itself.
        'case "$*" in',
        `*source/.*copy/.*) ${lines(1_000_000, 'source', 0)}; printf '# /.\\0'; ${lines(999_999, 'copy', 1)};;`,
        `*source/.*) ${lines(1_000_000, 'source', 0)};;`,
        `*) ${lines(999_999, 'copy', 0)};;`,
        'esac\n',
      ].join('\n'),
      { mode: 0o755 },
    );
    const config = join(folder, 'config.yaml');
    writeFileSync(
      config,
      `files: { state: ${folder}/state }\nstreams: { s: { source: { root: ${folder}/source }, mirrors: { m: { root: ${folder}/copy } } } }\n`,
    );
    writeFileSync(
      join(folder, 'peak.cjs'),
      "process.on('exit', () => console.error(`peak ${process.resourceUsage().maxRSS}`));",
    );
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', join(folder, 'peak.cjs'), join(root, 'dist/collect-snapshot.cjs'), '--config', config, '--json'],
      {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}`, XDG_RUNTIME_DIR: folder },
      },
    );
    const { sections } = JSON.parse(stdout) as Snapshot;
    const itemOf = (section: string, item: string): unknown => {
      const envelope = sections[section];
      const data = envelope?.status === 'ok' ? (envelope.data as Record<string, { data: unknown }>) : {};
      return data[item]?.data;
    };
    assert.match((itemOf('streams', 's') as { newest_file: string }).newest_file, /hatpro_level1_/);
    const { source_files, missing_names } = itemOf('mirrors', 's.m') as Record<string, unknown>;
    assert.deepEqual([source_files, missing_names], [1_000_000, ['2026/hatpro_level1_01000000.nc']]);
    const peakMiB = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
    assert.ok(peakMiB < 256, `${peakMiB} MiB`);
  });

  test('streams with other file names share the child, and each gets its own files', async (t) => {
    const folder = temporaryFolder(t);
    const stream = (name: string, files: string): string =>
      `  ${name}: { source: { root: ${folder}, files: "${files}" }, mirrors: { m: { root: ${folder}, compare: 2d } } }\n`;
    writeModified(join(folder, '2026/11/20/a.nc'), 'data', hoursAgo(6));
    writeModified(join(folder, '2026/11/20/b.csv'), 'data', hoursAgo(5));
    writeModified(join(folder, 'flat.log'), 'data', hoursAgo(4));
    writeModified(join(folder, 'old.log'), 'data', hoursAgo(100));
    const { host, asked } = recordedHost(folder);
    const text = `streams:\n${stream('a', daily)}${stream('b', '{yyyy}/{MM}/{dd}/*.csv')}${stream('c', '*.log')}`;
    const { stream: read, mirror } = reader(() => host, text);
    const found = await Promise.all(['a', 'b', 'c'].map(read));
    assert.deepEqual(
      found.map(({ newest_file }) => newest_file),
      ['2026/11/20/a.nc', '2026/11/20/b.csv', 'flat.log'],
    );
    for (const name of ['a.m', 'b.m', 'c.m']) {
      const { source_files, coverage_percent, extra_files } = await mirror(name);
      assert.deepEqual([source_files, coverage_percent, extra_files], [1, 100, 0], name);
    }
    assert.equal(asked.length, 1, asked.join('\n'));
  });

  test('one `find` searches several roots, each after its folders and with a mark between them', () => {
    const listing = { root: '/d', folders: ['/d/2026'], glob: '*.nc', anyDepth: true };
    const { argv, selections } = listFilesCommand([
      { ...listing, newerThan: new Date(1500) },
      { ...listing, root: '/e', folders: ['/e'] },
      { ...listing, newerThan: new Date(1999) },
    ]);
    assert.deepEqual(selections, [0, 1, 0]);
    assert.deepEqual(argv.slice(3, argv.indexOf('-ignore_readdir_race')), [
      'list-files',
      '/d/2026',
      '/d/.',
      '/.',
      '/e',
      '/e/.',
      '/.',
      '/d/2026',
      '/d/.',
    ]);
    assert.deepEqual(argv.slice(argv.indexOf('-maxdepth'), argv.indexOf('-maxdepth') + 2), ['-maxdepth', '1000']);
    assert.ok(argv.includes('@1'), argv.join(' '));
  });

  test('without the identity of a run nothing is shared', async (t) => {
    const folder = writeSite(t);
    const { host, asked } = recordedHost(folder);
    const from = { host: () => host, config: configurationOf(siteText(folder, ['s1'])), at };
    await listingsOf(from).source('s1');
    await listingsOf(from).source('s1');
    assert.equal(asked.length, 2);
  });
});
