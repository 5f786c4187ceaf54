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
  const bundle = readFileSync(join(tree, 'dist', 'ops-monitor-node.cjs'), 'utf8');
  put(join(work, 'main.cjs'), bundle.replace(/^#!.*\n/, ''));
  // The program holds this name of the script, so it must not have the path of this folder. Without compiled code, which would
  // differ from build to build.
  const config = { main: 'main.cjs', output: 'blob', disableExperimentalSEAWarning: true, useCodeCache: false };
  put(join(work, 'config.json'), JSON.stringify(config));
  execFileSync(node, ['--experimental-sea-config', 'config.json'], { cwd: work, stdio: 'pipe' });
  const file = join(outFolder, `ops-monitor-node-${version}-linux-${process.arch}`);
  copyFileSync(node, file);
  // As a command of its own, because it warns nine times of sections without a name.
  const postject = join(dirname(fileURLToPath(import.meta.resolve('postject'))), 'cli.js');
  execFileSync(node, [postject, file, resource, join(work, 'blob'), '--sentinel-fuse', fuse], { stdio: 'pipe' });
  copyFileSync(join(tree, 'LICENCES.txt'), `${file}.LICENCES.txt`);
  return file;
}
