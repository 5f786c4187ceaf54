// npm test: builds the bundles, then runs every test file. `npm test -- PART` runs those whose path has PART in it;
// `--real` those that need root, packages or a browser (npm run test:real) instead, and those that try all kill points or many
// fortnights: the others try a sample of them (chance.ts); `--peers` those beside other systems (npm run test:peers), which fetch
// much from the network.
import { spawnSync } from 'node:child_process';
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
const files = all.filter((file) => parts.every((part) => file.includes(part))).sort();
// Without files node --test succeeds, which would look like passed tests.
if (files.length === 0) throw new Error(`no test file matches ${parts.join(' ') || 'at all'}`);

const run = (...argv: string[]): void => {
  const env = real ? { ...process.env, KILL_POINTS: 'all' } : process.env;
  const { status } = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
};
// Some tests kill the real bundles.
run('--import', 'tsx', 'scripts/build.ts');
const report = join(root, 'dist', 'test-results', `${peers ? 'peers' : real ? 'real' : 'tests'}.xml`);
mkdirSync(dirname(report), { recursive: true });
run(
  '--import',
  'tsx',
  '--test',
  // The longest real test takes three minutes on an idle machine.
  `--test-timeout=${real || peers ? 900_000 : 300_000}`,
  // Real servers, packages and mounts get in each other's way.
  `--test-concurrency=${real || peers ? 1 : availableParallelism()}`,
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  // For `npx ops-monitor test-metrics --junit`: our own tests as metrics.
  '--test-reporter=junit',
  `--test-reporter-destination=${report}`,
  ...files,
);
