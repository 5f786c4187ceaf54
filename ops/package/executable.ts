// node-report as one program with Node inside, for machines without Node: Node's own form of a single executable application.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { put } from './files.ts';
import type { Release } from './tree.ts';

/** Where Node looks for the application in its own program. */
const resource = 'NODE_SEA_BLOB';
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export function makeExecutable({ version }: Release, tree: string, work: string, outFolder: string): string {
  const node = join(tree, 'bin', 'node');
  const main = join(work, 'main.cjs');
  put(main, readFileSync(join(tree, 'dist', 'ops-monitor-node.cjs'), 'utf8').replace(/^#!.*\n/, ''));
  const config = join(work, 'config.json');
  const blob = join(work, 'blob');
  // Without compiled code: it would differ from build to build.
  put(config, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true, useCodeCache: false }));
  execFileSync(node, ['--experimental-sea-config', config], { stdio: 'pipe' });
  const file = join(outFolder, `ops-monitor-node-${version}-linux-${process.arch}`);
  copyFileSync(node, file);
  // As a command of its own, because it warns nine times of sections without a name.
  const postject = join(dirname(fileURLToPath(import.meta.resolve('postject'))), 'cli.js');
  execFileSync(node, [postject, file, resource, blob, '--sentinel-fuse', fuse], { stdio: 'pipe' });
  copyFileSync(join(tree, 'LICENCES.txt'), `${file}.LICENCES.txt`);
  return file;
}
