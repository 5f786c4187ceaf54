// Reads the usage of one filesystem. A local filesystem is read in this process; one that may hang is read in a child
// that can be abandoned, and an automount that is not in use is not triggered.
import { Absent } from '../contract/errors.ts';
import type { FilesystemStat, Host } from '../contract/host.ts';
import { percentOf } from '../core/quantity.ts';
import { isAutomount, isNetwork, type Mount, mountOf, parseMountinfo } from '../parse/mountinfo.ts';
import { parseStatfs } from '../parse/statfs.ts';

export const mountTable = async (host: Host): Promise<Mount[]> =>
  parseMountinfo(await host.readText('/proc/self/mountinfo'));

/** `network: true`: the filesystem may hang, whatever the mount table says. `alone` names that command (see Host.run). */
export async function readFilesystem(
  host: Host,
  mounts: readonly Mount[],
  { path, network, alone }: { path: string; network: boolean; alone: string },
) {
  // This process does not touch even a folder of a filesystem that is declared to hang.
  const local = network ? { path, mount: mountOf(path, mounts) } : await resolveWithoutWaking(host, path, mounts);
  const mayHang = network || (local.mount !== undefined && isNetwork(local.mount));
  if (local.mount && isAutomount(local.mount)) {
    throw new Absent(`${local.path} is an automount that nobody has opened; looking would mount it`);
  }
  const { resolved, usage } = mayHang
    ? await readUsage(host, path, alone)
    : { resolved: local.path, usage: await host.statfs(local.path) };
  const mount = mountOf(resolved, mounts) ?? local.mount;
  if (!mount) throw new Error(`${resolved} lies on no mount that the kernel lists`);
  return { resolved, mount, network: mayHang, space: computeSpace(usage, resolved) };
}

/** Follows symbolic links step by step, and stops before the first step onto a network mount or an automount. */
async function resolveWithoutWaking(
  host: Host,
  path: string,
  mounts: readonly Mount[],
): Promise<{ path: string; mount: Mount | undefined }> {
  let waiting = path.split('/').filter((part) => part !== '' && part !== '.');
  let resolved = '/';
  for (let followed = 0; waiting.length > 0;) {
    const [part = '', ...rest] = waiting;
    const next = part === '..' ? parentOf(resolved) : `${resolved === '/' ? '' : resolved}/${part}`;
    const mount = mountOf(next, mounts);
    if (mount && (isNetwork(mount) || isAutomount(mount))) return { path: [next, ...rest].join('/'), mount };
    const { kind, target } = await host.stat(next);
    if (kind === 'link' && target !== undefined) {
      followed += 1;
      if (followed > 40) throw new Error(`${path} is a loop of symbolic links`);
      if (target.startsWith('/')) resolved = '/';
      waiting = [...target.split('/').filter((word) => word !== '' && word !== '.'), ...rest];
    } else {
      resolved = next;
      waiting = rest;
    }
  }
  return { path: resolved, mount: mountOf(resolved, mounts) };
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Reads the usage of a filesystem that may hang. */
async function readUsage(
  host: Host,
  path: string,
  alone: string,
): Promise<{ resolved: string; usage: FilesystemStat }> {
  // On another machine the hang stays there, and the ssh session can be abandoned.
  if (host.name !== 'local') return { resolved: await host.realpath(path), usage: await host.statfs(path) };
  // POSIX sh and coreutils' stat: one small process, which may hang for ever without blocking this one.
  const script = 'cd -- "$1" && pwd -P && exec stat -f -c "%S %b %f %a %c %d" .';
  const { exit_code, stdout, stderr } = await host.run(['sh', '-c', script, 'statfs', path], { alone });
  if (exit_code !== 0) throw new Error(`looking at ${path} failed: ${stderr.trim() || `exit ${exit_code}`}`);
  return parseStatfs(stdout);
}

function computeSpace(usage: FilesystemStat, path: string) {
  const { block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes } = usage;
  if (blocks <= 0) throw new Error(`${path} has no size (${blocks} blocks): it is not a filesystem that can fill`);
  const used = blocks - free_blocks;
  return {
    size_bytes: blocks * block_bytes,
    used_bytes: used * block_bytes,
    available_bytes: available_blocks * block_bytes,
    // Computed as df does: blocks reserved for root count neither as used nor as available.
    used_percent: used + available_blocks === 0 ? 100 : percentOf(used, used + available_blocks),
    ...(inodes > 0
      ? { inodes, inodes_used: inodes - free_inodes, inodes_used_percent: percentOf(inodes - free_inodes, inodes) }
      : {}),
  };
}
