// The relocatable tar for other distributions: the tree with its install.sh, in one folder.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { copy, settle } from './files.ts';
import type { Release } from './tree.ts';

export function makeTarball({ version, epoch }: Release, tree: string, work: string, outFolder: string): string {
  const name = `ops-monitor-${version}-linux-${process.arch}`;
  copy(tree, join(work, name));
  copy(join(import.meta.dirname, 'install.sh'), join(work, name, 'install.sh'));
  copy(join(import.meta.dirname, 'deb', 'config.yaml'), join(work, name, 'config.yaml'));
  settle(work, epoch);
  const file = join(outFolder, `${name}.tar.gz`);
  const argv = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];
  // gzip without the name and time of its input.
  execFileSync('tar', [...argv, '--use-compress-program=gzip -n -6', '-cf', file, '-C', work, name]);
  return file;
}
