// npm run package [FOLDER]: builds the .deb, the tar, and node-report with Node inside into dist/package. The same commit gives the same bytes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { makeDeb } from '../ops/package/deb.ts';
import { makeExecutable } from '../ops/package/executable.ts';
import { makeTarball } from '../ops/package/tarball.ts';
import { makeTree } from '../ops/package/tree.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outFolder = resolve(process.argv[2] ?? join(root, 'dist', 'package'));

const commitTime = (): string =>
  execFileSync('git', ['log', '-1', '--format=%ct'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? commitTime());
if (!Number.isSafeInteger(epoch)) throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: ${epoch}`);

const work = mkdtempSync(join(tmpdir(), 'ops-monitor-package-'));
try {
  const release = { root, version: manifest.version, epoch };
  const tree = join(work, 'tree');
  makeTree(release, tree);
  mkdirSync(outFolder, { recursive: true });
  console.log(await makeDeb(release, tree, join(work, 'deb'), outFolder));
  console.log(makeTarball(release, tree, join(work, 'tar'), outFolder));
  console.log(makeExecutable(release, tree, join(work, 'executable'), outFolder));
} finally {
  rmSync(work, { recursive: true, force: true });
}
