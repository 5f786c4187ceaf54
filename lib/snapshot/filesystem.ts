// Reads the usage of one filesystem. A local filesystem is read in this process; one that may hang is read in a child
// that can be abandoned, and an automount that is not in use is not triggered. A path whose filesystem is not mounted lies
// on the filesystem of a folder above it, whose numbers are not those of the path: that is a failed reading.
import { Absent, isMissing } from '../contract/errors.ts';
import type { FilesystemStat, Host } from '../contract/host.ts';
import { percentOf } from '../core/quantity.ts';
import { type FstabEntry, fstabEntryOf, parseFstab } from '../parse/fstab.ts';
import { isAutomount, isBelow, isNetwork, type Mount, mountOf, parseMountinfo } from '../parse/mountinfo.ts';
import { resolvePath } from '../parse/resolve-path.ts';
import { parseStatfs } from '../parse/statfs.ts';

export const mountTable = async (host: Host): Promise<Mount[]> =>
  parseMountinfo(await host.readText('/proc/self/mountinfo'));

export const fstabEntries = async (host: Host): Promise<FstabEntry[]> =>
  parseFstab(
    await host.readText('/etc/fstab').catch((error: unknown) => {
      if (isMissing(error)) return ''; // a container, or another way to mount
      throw error;
    }),
  );

interface Wanted {
  readonly path: string;
  /** The filesystem may hang, whatever the mount table says. */
  readonly network: boolean;
  /** True: the path must be a mount point. False: it may lie on any filesystem. Undefined: fstab, the last good reading and
   * `network` decide. */
  readonly mount: boolean | undefined;
  /** The mount point on which the last good reading found the path. */
  readonly mountBefore: string | undefined;
  /** Key of `mount` in the configuration, for messages. */
  readonly key: string;
  /** Names the command that reads a filesystem that may hang (see Host.run). */
  readonly alone: string;
}

export async function readFilesystem(host: Host, wanted: Wanted) {
  const { path, mount: must, key } = wanted;
  const [mounts, fstab] = await Promise.all([mountTable(host), must === undefined ? fstabEntries(host) : []]);
  const reading = await readMounted(host, mounts, wanted).catch((error: unknown) => {
    // On a disk that is not mounted the rest of the path does not exist, so that the path cannot be resolved.
    if (isMissing(error)) refuseUnmounted(wanted, path, mounts, fstab);
    throw error;
  });
  const { resolved, mount } = reading;
  refuseUnmounted(wanted, resolved, mounts, fstab);
  if (must === true && mount.mount_point !== resolved)
    throw new Error(`${path} is not mounted: ${resolved} is no mount point, as ${key}: true demands`);
  if (must === undefined && wanted.network && mount.mount_point === '/')
    throw new Error(`${path} is not mounted: it lies on /${otherwise(key)}`);
  return reading;
}

/** Throws where a filesystem that ought to be mounted at `path`, or at a folder above it, is not mounted. */
function refuseUnmounted(
  { path: asked, mount: must, mountBefore, key }: Wanted,
  path: string,
  mounts: readonly Mount[],
  fstab: readonly FstabEntry[],
): void {
  const { mount_point: actual = '/' } = mountOf(path, mounts) ?? {};
  const entry = fstabEntryOf(path, fstab);
  if (entry && !isBelow(actual, entry.mount_point))
    throw new Error(`${asked} is not mounted (fstab names ${entry.device}): it lies on ${actual}${otherwise(key)}`);
  if (must === undefined && mountBefore && isBelow(path, mountBefore) && !isBelow(actual, mountBefore))
    throw new Error(`${asked} is not mounted: it lies on ${actual}, and lay on ${mountBefore} before${otherwise(key)}`);
}

const otherwise = (key: string): string => ` (if it may, set ${key}: false)`;

async function readMounted(host: Host, mounts: readonly Mount[], { path, network, alone }: Wanted) {
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

/** Stops before the first step onto a network mount or an automount. */
async function resolveWithoutWaking(
  host: Host,
  path: string,
  mounts: readonly Mount[],
): Promise<{ path: string; mount: Mount | undefined }> {
  const isBarrier = (step: string): boolean => {
    const mount = mountOf(step, mounts);
    return mount !== undefined && (isNetwork(mount) || isAutomount(mount));
  };
  const { path: resolved, at = resolved } = await resolvePath(path, host, isBarrier);
  return { path: resolved, mount: mountOf(at, mounts) };
}

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
