// The installed tree, the same in the .deb (as /usr/lib/ops-monitor) and in the tar: bundles, Node, the compiled library for
// pictures, units, pages, licences.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { helpIn, readHelp } from './commands.ts';
import { renderBash, renderFish, renderZsh } from './completions.ts';
import { copy, put } from './files.ts';
import { renderLicences, renderNamedLicence } from './licences.ts';
import { renderMan } from './man.ts';

export interface Release {
  /** The checkout. */
  readonly root: string;
  readonly version: string;
  /** Seconds since 1970 of the commit: the time of every file. */
  readonly epoch: number;
}

export function makeTree({ root, version, epoch }: Release, tree: string): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', join(tree, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const nodeFolder = join(root, 'node_modules', `node-linux-${process.arch}`);
  copy(join(nodeFolder, 'bin', 'node'), join(tree, 'bin', 'node'));
  const resvg = resvgFolders(root);
  for (const folder of resvg)
    for (const name of readdirSync(join(root, folder)).filter((one) => /\.(js|json|node)$/.test(one)))
      put(join(tree, folder, name), readFileSync(join(root, folder, name)));
  for (const name of ['ops', 'systemd', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'])
    copy(join(root, name), join(tree, name));
  for (const sources of ['package', 'grafana/boards']) rmSync(join(tree, 'ops', sources), { recursive: true });
  for (const name of ['ops-monitor.sh', 'record-failed-unit.sh', 'set-up.sh'])
    copy(join(root, 'scripts', name), join(tree, 'scripts', name));

  const help = readHelp(helpIn(join(tree, 'bin', 'node'), join(tree, 'dist', 'ops-monitor.cjs')));
  put(join(tree, 'man', 'ops-monitor.1'), renderMan(help, { version, epoch }));
  put(join(tree, 'completions', 'ops-monitor.bash'), renderBash(help));
  put(join(tree, 'completions', '_ops-monitor'), renderZsh(help));
  put(join(tree, 'completions', 'ops-monitor.fish'), renderFish(help));

  const licences = [
    renderNamedLicence('ops-monitor', join(root, 'LICENSE')),
    renderNamedLicence('Inter, the font (ops/fonts)', join(root, 'ops', 'fonts', 'LICENSE')),
    renderNamedLicence('Node.js (bin/node), https://nodejs.org', join(nodeFolder, 'LICENSE')),
    // Its compiled part comes as a package of its own, without a licence of its own.
    renderLicences(resvg.filter((folder) => folder.endsWith('/resvg-js')).map((folder) => join(root, folder))),
    readFileSync(join(tree, 'dist', 'licences.txt'), 'utf8'),
  ];
  put(join(tree, 'LICENCES.txt'), licences.join('\n'));
}

/** The library and its compiled part for this machine's processor and C library. */
function resvgFolders(root: string): string[] {
  const folders = readdirSync(join(root, 'node_modules', '@resvg')).map((name) => `node_modules/@resvg/${name}`);
  const compiled = `node_modules/@resvg/resvg-js-linux-${process.arch}-gnu`;
  if (!folders.includes(compiled)) throw new Error(`${compiled} is not installed: run npm ci on Linux with glibc`);
  return ['node_modules/@resvg/resvg-js', compiled];
}

/** A unit or page names the folder of the installation. */
export const relocated = (text: string, folder: string): string =>
  text
    .replaceAll('/opt/ops-monitor/node_modules/.bin/node', `${folder}/bin/node`)
    .replaceAll('/opt/ops-monitor', folder);
