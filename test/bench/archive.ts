// npm run bench:archive: the Zarr archive beside pandas and xarray with zarr 3, whole processes in alternation, ours
// synced to the disk. It exits 1 where a budget is exceeded.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { columnOf, openSpan } from '../../lib/archive/read.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { pythonWithZarr3 } from '../real/xarray.ts';
import { bare, type Contestant, inTurns, must, peakByPython, type Times } from './measure.ts';
import { rawLines, type RawLines } from './rawlines.ts';
import { root } from '../process.ts';

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'append,rebuild,read' },
    rounds: { type: 'string', default: '9' },
    folder: { type: 'string', default: tmpdir() },
    python: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (asked.help) {
  console.log(`Usage: npm run bench:archive -- [--quick] [--only append,rebuild,read] [--rounds N] [--folder DIR] [--python PATH]

Measures append, rebuild and read of the Zarr archive at 4,200 and 105,000 samples beside pandas and xarray.
Needs root (apt-get), the network (pip), 8 GB of disk in DIR (default: the temporary folder), 6 GB of memory and some
twenty minutes; with --quick 4,200 samples only, 1 GB and three minutes. With --python, one that has xarray and zarr 3,
it needs neither root nor network. It removes what it made.`);
  process.exit();
}

const sizes = asked.quick ? [4200] : [4200, 105_000];
const gigabytes = asked.quick ? 1 : 8;
const disk = statfsSync(asked.folder);
if (disk.bavail * disk.bsize < gigabytes * 1e9) throw new Error(`${asked.folder} has no ${gigabytes} GB left`);

/** One of our installations with so many samples, and a store of theirs that is equal. */
interface Site {
  readonly count: number;
  readonly state: string;
  readonly store: string;
  readonly theirs: string;
  readonly config: string;
  readonly lines: RawLines;
}

const folder = mkdtempSync(join(asked.folder, 'ops-monitor-bench-'));
const trash = join(folder, 'trash');
let thrown = 0;
/** Removed at the end: files made just after others were removed cost ext4 a multiple. */
const throwAway = (path: string): void => {
  mkdirSync(trash, { recursive: true });
  if (existsSync(path)) renameSync(path, join(trash, `${thrown++}`));
};

function makeSite(count: number, source: string): Site {
  const state = join(folder, `${count}`);
  const config = join(folder, `${count}.yaml`);
  writeFileSync(config, `files: { state: ${state} }\n`);
  const lines = rawLines(source, state, count);
  const store = join(state, 'ops_monitor.zarr');
  return { count, state, store, theirs: join(folder, `${count}.zarr`), config, lines };
}

/** Each site as on a machine of its own, where the configuration that is kept is always the one that is wanted. */
const appendZarr = (name: string, { config, state }: Site): Contestant => ({
  name,
  argv: [process.execPath, join(root, 'dist', 'append-zarr.cjs'), '--config', config],
  env: { XDG_CACHE_HOME: join(state, 'cache'), XDG_RUNTIME_DIR: join(state, 'run') },
});
const append = (site: Site): void => {
  const { argv, env } = appendZarr('append', site);
  must(argv, env);
};
const rivals = join(root, 'test', 'bench', 'rivals.py');

/** Their times by name. */
function timesOf(entries: readonly Contestant[], rounds: number): Map<string, Times> {
  const synced = entries.map((entry) => ({
    ...entry,
    before: () => {
      entry.before?.();
      // The entry does not pay for what its preparation has written.
      must(['sync', '-f', folder]);
    },
  }));
  return new Map(inTurns(synced, rounds).map((times) => [times.name, times]));
}

let exceeded = 0;
function row(what: string, times: Times | undefined, says: readonly string[] = []): void {
  const [wall, cpu] = [times?.wallMs ?? Number.NaN, times?.cpuMs ?? Number.NaN].map((ms) => ms.toFixed(0).padStart(7));
  console.log(`${what.padEnd(34)} ${wall}  ${cpu}   ${says.join('; ')}`);
}

function within(what: string, value: number, most: number, unit = ''): string {
  const over = !(value <= most);
  if (over) exceeded += 1;
  return `${what} ${value.toPrecision(3)}${unit} (budget ${most}${unit})${over ? '  OVER BUDGET' : ''}`;
}

function benchAppend(sites: readonly Site[], python: string, rounds: number): void {
  for (const site of sites) {
    append(site);
    cpSync(site.store, site.theirs, { recursive: true });
  }
  const entries = sites.flatMap((site): Contestant[] => {
    const sample = join(folder, `${site.count}.sample.json`);
    let round = 0;
    return [
      { ...appendZarr(`append ${site.count}`, site), before: () => site.lines.addOne() },
      appendZarr(`nothing new ${site.count}`, site),
      {
        name: `xarray ${site.count}`,
        argv: [python, '-I', '-B', rivals, 'append', site.theirs, sample],
        before: () => writeSample(site, sample, round++),
      },
    ];
  });
  const times = timesOf([bare, ...entries], rounds);
  row(bare.name, times.get(bare.name));
  for (const { count } of sites) {
    const [ours, theirs] = [times.get(`append ${count}`), times.get(`xarray ${count}`)];
    row(`append of one to ${count}`, ours, [
      within('× xarray', (ours?.wallMs ?? Number.NaN) / (theirs?.wallMs ?? 0), 0.08),
    ]);
    const idle = times.get(`nothing new ${count}`);
    const ratio = (idle?.cpuMs ?? 0) / (times.get(bare.name)?.cpuMs ?? Number.NaN);
    row(`  nothing new in ${count}`, idle, [`× bare node ${ratio.toFixed(2)} (CPU)`]);
    row('  xarray, to_zarr(append_dim)', theirs);
  }
  const walls = sites.map(({ count }) => times.get(`append ${count}`)?.wallMs ?? Number.NaN);
  if (walls.length > 1)
    console.log(`the slower of the two: ${within('×', Math.max(...walls) / Math.min(...walls), 1.4)}`);
}

/** What their store already has of the last sample, five minutes later: flattening is made a present of. */
function writeSample({ store, lines }: Site, path: string, round: number): void {
  const span = openSpan(storeFiles, store, { from: lines.lastTime() });
  const values = Object.fromEntries(
    [...span.metadata.variables].map(([name, { type }]) => {
      const value = Number(columnOf(storeFiles, span, name).at(-1));
      return [name, [type, Number.isNaN(value) ? null : value]];
    }),
  );
  writeFileSync(path, JSON.stringify({ time: (span.times.at(-1) ?? 0) + round, values }));
}

function benchRebuild(site: Site, python: string, rounds: number): void {
  const ours: Contestant = { ...appendZarr('ours', site), before: () => throwAway(site.store) };
  const theirs: Contestant = {
    name: 'theirs',
    argv: [python, '-I', '-B', rivals, 'rebuild', site.theirs, join(site.state, 'raw'), join(site.state, 'health')],
    before: () => throwAway(site.theirs),
  };
  const times = timesOf([ours, theirs], rounds);
  const [own, other] = [times.get('ours'), times.get('theirs')];
  const peaks = [ours, theirs].map((entry) => {
    entry.before?.();
    return peakByPython(python, entry);
  });
  const ratio = (other?.wallMs ?? Number.NaN) / (own?.wallMs ?? 0);
  const big = site.count > 100_000;
  row(`rebuild of ${site.count}`, own, [
    `${ratio.toFixed(2)} × as fast${big ? `, ${within('its part', 1 / ratio, 0.5)}` : ''}`,
    within('peak', peaks[0] ?? Number.NaN, 150, ' MiB'),
  ]);
  row('  pandas and xarray', other, [`peak ${peaks[1]?.toFixed(0)} MiB`]);
  throwAway(site.theirs);
}

async function benchRead(site: Site, rounds: number): Promise<void> {
  const outfile = join(folder, 'read.cjs');
  const contents = `
    import { columnOf, openSpan } from './lib/archive/read.ts';
    import { storeFiles } from './lib/io/store.ts';
    const column = columnOf(storeFiles, openSpan(storeFiles, process.argv[2]), process.argv[3]);
    let sum = 0;
    for (const value of column) if (value === value) sum += value;
    process.stdout.write(sum + '\\n');`;
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    logLevel: 'warning',
  });
  const read: Contestant = {
    name: 'read',
    argv: [process.execPath, outfile, site.store, 'filesystem_data_used_percent'],
  };
  const times = timesOf([bare, read], rounds);
  const [least, own] = [times.get(bare.name), times.get('read')];
  row(`one variable of ${site.count}`, own, [
    within('× bare node', (own?.wallMs ?? Number.NaN) / (least?.wallMs ?? 0), 3),
    within('CPU', (own?.cpuMs ?? Number.NaN) / (least?.cpuMs ?? 0), 3),
  ]);
}

try {
  const python = asked.python ?? pythonWithZarr3((text) => console.log(text));
  must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
  // Two weeks of the simulated site, with its faults, as the real stages wrote them.
  const source = join(folder, 'demo');
  must([process.execPath, join(root, 'dist', 'demo.cjs'), '--days', '15', '--real', '0', '--folder', source]);
  const sites = sizes.map((count) => makeSite(count, join(source, 'days', 'state')));
  console.log(`Node ${process.version}, the middle half of the rounds, whole processes.\n`);
  console.log(`${''.padEnd(34)} wall ms   CPU ms`);
  const rounds = Number(asked.rounds);
  if (asked.only.includes('rebuild'))
    for (const site of sites) benchRebuild(site, python, site.count > 100_000 ? 3 : Math.min(rounds, 5));
  if (asked.only.includes('append')) benchAppend(sites, python, rounds);
  const [last] = sites.slice(-1);
  if (last && asked.only.includes('read')) {
    append(last);
    await benchRead(last, rounds);
  }
  process.exitCode = exceeded === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
