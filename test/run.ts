// npm test: builds the bundles, then runs every test file. `npm test -- PART…` runs those whose path has a PART in it;
// `--real` those that need root, packages or a browser (npm run test:real) instead, and those that try all kill points or many
// fortnights: the others try a sample of them (chance.ts); `--peers` those beside other systems (npm run test:peers), which fetch
// much from the network.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastGlob from 'fast-glob';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const real = process.argv.includes('--real');
const parts = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const peers = process.argv.includes('--peers');
const patterns = peers
  ? ['test/peers/**/*.test.ts']
  : real
    ? ['test/real/**/*.test.ts', 'test/*/{kill,fortnights}.test.ts']
    : ['test/**/*.test.ts', '!test/{real,peers}/**'];
const all = await fastGlob(patterns, { cwd: root, followSymbolicLinks: false });
const files = all.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part))).sort();
// Without files node --test succeeds, which would look like passed tests.
if (files.length === 0) throw new Error(`no test file matches ${parts.join(' or ') || 'at all'}`);

// Some tests kill the real bundles.
const built = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

/** Real tests that compute for minutes and change nothing of the machine but by apt-get, which waits for its turn: a row of their
 * own halves the time. */
const besideOthers = /\/(alerts(-\w+)?|application|archive|demo|users|fortnights|kill|rules(-hostile)?)\.test\.ts$/;

interface Row {
  readonly name: string;
  readonly files: readonly string[];
  readonly concurrency: number;
}

const rowsOf = (): readonly Row[] => {
  if (peers) return [{ name: 'peers', files, concurrency: 1 }];
  if (!real) return [{ name: 'tests', files, concurrency: availableParallelism() }];
  // Real servers, packages and mounts get in each other's way.
  return [
    { name: 'real', files: files.filter((file) => !besideOthers.test(file)), concurrency: 1 },
    { name: 'real-beside', files: files.filter((file) => besideOthers.test(file)), concurrency: 1 },
  ].filter((row) => row.files.length > 0);
};

const folder = join(root, 'dist', 'test-results');
mkdirSync(folder, { recursive: true });

/** What a row prints is shown as it comes, or else returned. */
async function run({ name, files, concurrency }: Row, shows: 'directly' | 'a copy' | 'nothing') {
  const argv = [
    '--import',
    'tsx',
    '--test',
    // The longest real test takes seven minutes on an idle machine.
    `--test-timeout=${real || peers ? 900_000 : 300_000}`,
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    // For `npx ops-monitor test-metrics --junit`: our own tests as metrics.
    '--test-reporter=junit',
    `--test-reporter-destination=${join(folder, `${name}.xml`)}`,
    ...files,
  ];
  const env = real ? { ...process.env, KILL_POINTS: 'all' } : process.env;
  const child = spawn(process.execPath, argv, {
    cwd: root,
    stdio: ['inherit', shows === 'directly' ? 'inherit' : 'pipe', 'inherit'],
    env,
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (shows === 'a copy') process.stdout.write(text);
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  const count = (what: string): number => Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  return { status, output, passed: count('pass'), failed: count('fail') + count('cancelled') };
}

const rows = rowsOf();
const ended = await Promise.all(
  rows.map((row, index) => run(row, rows.length === 1 ? 'directly' : index === 0 ? 'a copy' : 'nothing')),
);
for (const { output } of ended.slice(1)) process.stdout.write(output);
if (ended.length > 1) {
  const sum = (what: 'passed' | 'failed'): number => ended.reduce((total, row) => total + row[what], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
}
process.exitCode = ended.every(({ status }) => status === 0) ? 0 : 1;
