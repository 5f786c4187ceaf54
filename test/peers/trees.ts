// Fresh root trees of other distributions, made once by debootstrap and kept outside of the clone, by release.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../real/packages.ts';

const cache = '/var/cache/ops-monitor-test/trees';

interface Tree {
  readonly suite: string;
  readonly packages?: string;
  /** debootstrap's script, and the release whose tree brings the keys, where Debian's debootstrap does not know the suite. */
  readonly script?: string;
  readonly keysFrom?: Release;
}

/** Debian 13 has a package with the keys of Ubuntu. */
const trees = {
  'Debian 12': { suite: 'bookworm' },
  'Debian 13': { suite: 'trixie', packages: ',ubuntu-keyring' },
  'Ubuntu 24.04': { suite: 'noble', script: 'gutsy', keysFrom: 'Debian 13' },
} satisfies Readonly<Record<string, Tree & { keysFrom?: string }>>;

export type Release = 'Debian 12' | 'Debian 13' | 'Ubuntu 24.04';
export const releases = Object.keys(trees) as Release[];

/** Made at the first call, which takes a minute and the network. */
export function freshTree(release: Release): string {
  const { suite, packages = '', script, keysFrom }: Tree = trees[release];
  const folder = join(cache, suite);
  if (existsSync(folder)) return folder;
  installPackages('debootstrap', 'zstd');
  mkdirSync(cache, { recursive: true });
  // A tree that was interrupted is not taken for a whole one.
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const argv = ['--variant=minbase', `--include=systemd,systemd-sysv,dbus${packages}`];
  if (keysFrom) argv.push(`--keyring=${freshTree(keysFrom)}/usr/share/keyrings/ubuntu-archive-keyring.gpg`);
  // The empty word stands for the mirror that debootstrap knows.
  argv.push(suite, unfinished, '', ...(script === undefined ? [] : [`/usr/share/debootstrap/scripts/${script}`]));
  const { status, stdout, stderr } = spawnSync('debootstrap', argv, { encoding: 'utf8', timeout: 600_000 });
  assert.equal(status, 0, `debootstrap ${argv.join(' ')}: ${stdout.slice(-2000)}${stderr}`);
  renameSync(unfinished, folder);
  return folder;
}
