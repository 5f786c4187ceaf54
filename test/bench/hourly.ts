// npm run bench:hourly: what the stages of an hour cost beside a bare `node -e 0`, whole processes from the bundles, in
// alternation, with a year of the demo's site in the archive. `-- --rounds N` for more rounds; it needs 1 GB of disk and five
// minutes, and exits 1 where a budget is exceeded.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bare, type Contestant, measure, must, writtenBy } from './measure.ts';
import { root } from '../process.ts';
import { writeYear } from './year.ts';

interface Measured extends Contestant {
  /** CPU, of bare node's. */
  readonly most: number;
  readonly mostMiB?: number;
  /** Runs in a day. */
  readonly aDay: number;
}

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 7;
/** Four fifths of it are append-zarr's: twelve samples change two pages of the disk for every variable. */
const mostWrittenMB = 300;
const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));

/** Reads seven days of the variables that cards and strips show, and does nothing with them. */
async function readerOf(store: string): Promise<string[]> {
  const file = join(folder, 'read.cjs');
  const from = (path: string): string => JSON.stringify(join(root, path));
  const contents = `
    import { columnOf, openSpan } from ${from('lib/archive/read.ts')};
    import { storeFiles } from ${from('lib/io/store.ts')};
    const span = openSpan(storeFiles, ${JSON.stringify(store)}, { from: new Date(Date.now() - 7 * 86_400_000), to: new Date() });
    const shown = /^level_|^power_.*_(percent|volts|celsius)$|^(filesystem|stream|mirror|workspace)_.*_(used_percent|age_seconds|window_seconds|lag_seconds)$/;
    for (const name of span.metadata.variables.keys()) if (shown.test(name)) columnOf(storeFiles, span, name);`;
  await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', outfile: file, logLevel: 'error' }); // prettier-ignore
  return [process.execPath, file];
}

try {
  must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
  const { config, store, quicklooks, addHour, addUntil } = writeYear(folder);
  const env = { XDG_CACHE_HOME: join(folder, 'cache'), XDG_RUNTIME_DIR: join(folder, 'run') };
  const stage = (name: string): string[] => [process.execPath, join(root, 'dist', `${name}.cjs`), '--config', config];
  addUntil(rounds + 3); // of which each measured append takes one
  for (const name of ['append-zarr', 'draw-quicklooks', 'build-dashboard']) must(stage(name), env);
  const forgetMonth = (): void => {
    for (const name of ['ops_summary', 'HK_Operations']) rmSync(join(quicklooks, `${name}_30d.svg`), { force: true });
  };
  const reader: Contestant = { name: 'reading alone', argv: await readerOf(store), env };
  const [append, draw, drawAll, page]: [Measured, Measured, Measured, Measured] = [
    { name: 'append-zarr', argv: stage('append-zarr'), env, before: addHour, most: Infinity, aDay: 24 },
    { name: 'draw-quicklooks', argv: stage('draw-quicklooks'), env, most: 75, mostMiB: 250, aDay: 20 },
    { name: 'with the month', argv: stage('draw-quicklooks'), env, before: forgetMonth, most: 75, mostMiB: 250, aDay: 4 },
    { name: 'build-dashboard', argv: stage('build-dashboard'), env, most: 3, aDay: 24 },
  ]; // prettier-ignore
  const contestants = [append, draw, drawAll, page];
  const [least, reading, ...costs] = measure([bare, reader, ...contestants], rounds);
  if (!least || !reading) throw new Error('nothing was measured');
  const read = reading.cpuMs / least.cpuMs;
  console.log(
    `Node ${process.version}, a year of the demo's site, the middle half of ${rounds} rounds in alternation.`,
  );
  console.log(
    `bare node: ${least.cpuMs.toFixed(0)} ms, ${least.peakMiB.toFixed(0)} MiB; reading alone: ${read.toFixed(2)} × it`,
  );
  console.log(`${'stage'.padEnd(17)} CPU ×  budget     CPU s   MiB  budget   MB written`);
  let exceeded = false;
  let total = 0;
  for (const [index, { name, most, mostMiB = Infinity, aDay, ...contestant }] of contestants.entries()) {
    const { cpuMs = 0, peakMiB = 0 } = costs[index] ?? {};
    // The page's budget is what its stage does beside reading.
    const budget = name === 'build-dashboard' ? most + read - 1 : most;
    const ratio = cpuMs / least.cpuMs;
    const MB = writtenBy({ name, ...contestant }).bytes / 1e6;
    const isOver = ratio > budget || peakMiB > mostMiB;
    exceeded ||= isOver;
    total += aDay * MB;
    const shown = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '');
    console.log(`${name.padEnd(17)} ${ratio.toFixed(2).padStart(5)}  ${shown(budget, 1).padStart(6)}     ${(cpuMs / 1000).toFixed(2).padStart(5)} ${peakMiB.toFixed(0).padStart(5)}  ${shown(mostMiB, 0).padStart(6)}   ${MB.toFixed(2).padStart(5)} × ${aDay} a day${isOver ? '   over budget' : ''}`);
  } // prettier-ignore
  console.log(
    `written a day: ${total.toFixed(0)} MB; budget ${mostWrittenMB} MB${total > mostWrittenMB ? '   over budget' : ''}`,
  );
  process.exitCode = exceeded || total > mostWrittenMB ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
