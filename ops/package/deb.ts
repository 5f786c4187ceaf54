// The .deb: the tree in /usr/lib/ops-monitor, and around it what Debian expects where it expects it.
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { copy, put, settle } from './files.ts';
import { relocated, type Release } from './tree.ts';

const home = '/usr/lib/ops-monitor';
const maintainer = 'ops-monitor maintainers <ops-monitor@localhost.localdomain>';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** `tree` is the installed tree, `work` an empty folder; the path of the .deb comes back. */
export async function makeDeb(release: Release, tree: string, work: string, outFolder: string): Promise<string> {
  const { version, epoch } = release;
  const architecture = architectures[process.arch];
  if (architecture === undefined) throw new Error(`Debian's name for the processor ${process.arch} is not known here`);
  const usr = join(work, 'usr');
  const share = join(usr, 'share');
  copy(tree, join(work, home));
  // These lie where Debian looks for them.
  for (const name of ['completions', 'man', 'systemd', 'LICENCES.txt', 'LICENSE'])
    rmSync(join(work, home, name), { recursive: true });
  copy(join(tree, 'systemd', 'nvme-smart-log.sh'), join(work, home, 'systemd', 'nvme-smart-log.sh'));
  mkdirSync(join(usr, 'bin'));
  symlinkSync(`..${home.slice('/usr'.length)}/scripts/ops-monitor.sh`, join(usr, 'bin', 'ops-monitor'));
  copyUnits(join(tree, 'systemd'), join(usr, 'lib'));
  put(join(share, 'man', 'man1', 'ops-monitor.1.gz'), packed(readFileSync(join(tree, 'man', 'ops-monitor.1'))));
  const completions = join(tree, 'completions');
  copy(join(completions, 'ops-monitor.bash'), join(share, 'bash-completion', 'completions', 'ops-monitor'));
  copy(join(completions, '_ops-monitor'), join(share, 'zsh', 'vendor-completions', '_ops-monitor'));
  copy(join(completions, 'ops-monitor.fish'), join(share, 'fish', 'vendor_completions.d', 'ops-monitor.fish'));
  const doc = join(share, 'doc', 'ops-monitor');
  copy(join(tree, 'LICENCES.txt'), join(doc, 'copyright'));
  put(join(doc, 'changelog.gz'), packed(changelog(version, epoch)));
  put(join(share, 'lintian', 'overrides', 'ops-monitor'), readOwn('lintian-overrides'));
  put(join(work, 'etc', 'ops-monitor', 'config.yaml'), readOwn('config.yaml'));

  const control = join(work, 'DEBIAN');
  for (const name of ['postinst', 'prerm', 'postrm']) put(join(control, name), readOwn(name), 0o755);
  put(join(control, 'preinst'), `${readOwn('preinst')}${await checkConfigAsComments(release.root)}`, 0o755);
  put(join(control, 'conffiles'), '/etc/ops-monitor/config.yaml\n');
  put(join(control, 'control'), controlText(version, architecture, Math.ceil(bytesIn(work) / 1024)));
  settle(work, epoch);
  const file = join(outFolder, `ops-monitor_${version}_${architecture}.deb`);
  // The lowest level: 35 MB in seconds instead of 30 MB in a minute. Threads would show in the bytes.
  const argv = ['--root-owner-group', '-Zxz', '-z1', '--threads-max=1', '--build', work, file];
  execFileSync('dpkg-deb', argv, {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return file;
}

function copyUnits(from: string, lib: string): void {
  for (const name of readdirSync(from).filter((one) => !/\.sh$|^(sysusers|tmpfiles)\.d$/.test(one)))
    if (name.endsWith('.d')) copy(join(from, name), join(lib, 'systemd', 'system', name));
    else put(join(lib, 'systemd', 'system', name), relocated(readFileSync(join(from, name), 'utf8'), home));
  for (const folder of ['sysusers.d', 'tmpfiles.d'])
    for (const name of readdirSync(join(from, folder))) copy(join(from, folder, name), join(lib, folder, name));
}

const readOwn = (name: string): string => readFileSync(join(import.meta.dirname, 'deb', name), 'utf8');
const packed = (text: string | Uint8Array): Uint8Array => gzipSync(text, { level: 9 });

/** One file with all its parts, so that it runs from anywhere; as comments, because a shell reads on to the end of a line. */
async function checkConfigAsComments(root: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/check-config.ts'],
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    define: { 'import.meta.dirname': '__dirname' },
    // Tries nothing: what `--try` loads stays out.
    external: ['@resvg/resvg-js', './trial/*'],
    logLevel: 'warning',
  });
  const text = packed(outputFiles[0]?.contents ?? '') as Buffer;
  return text.toString('base64').replaceAll(/.{1,120}/g, '# $&\n');
}

function bytesIn(path: string): number {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

const changelog = (version: string, epoch: number): string => `ops-monitor (${version}) unstable; urgency=medium

  * What is new stands in ${home}/CHANGELOG.md.

 -- ${maintainer}  ${new Date(epoch * 1000).toUTCString().replace('GMT', '+0000')}
`;

const controlText = (version: string, architecture: string, size: number): string => `Package: ops-monitor
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${size}
Section: admin
Priority: optional
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 9), systemd, dbus
Suggests: bash-completion, git, openssh-client, msmtp-mta, bsd-mailx, prometheus-node-exporter
Description: observe-only monitor for machines that receive and process data
 Every five minutes ops-monitor reads disks, data streams and their copies,
 services, web pages, git checkouts, the power supply and other machines over
 ssh. It judges each reading green, amber, red or unknown, writes a report for
 people, mails whoever has to act, and keeps every value in a Zarr archive.
 .
 It never restarts, deletes or repairs anything. It has no daemon: timers of
 systemd start short programs.
`;
