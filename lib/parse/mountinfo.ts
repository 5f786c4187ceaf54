// Parses /proc/self/mountinfo, the kernel's table of mounts. Nothing here touches a path.

export interface Mount {
  readonly id: number;
  /** Id of the mount that this one is mounted on: it decides which of two mounts hides the other. */
  readonly parent: number;
  readonly mount_point: string;
  readonly type: string;
  readonly source: string;
  /** From the superblock options, after the separator: under ProtectSystem=strict all per-mount options say `ro`. */
  readonly read_only: boolean;
  /** major:minor, the same for every bind mount of one filesystem. */
  readonly device: string;
  /** The folder inside the filesystem that is mounted here: `/`, except for bind mounts and subvolumes. */
  readonly root: string;
}

/** The search for a path's mount goes through the whole table for each step. */
const mostMounts = 20_000;

export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6);
    const [id, parent] = [Number(fields[0]), Number(fields[1])];
    const [device, root, mountPoint] = [fields[2], fields[3], fields[4]];
    const [type, source, options] = [fields[separator + 1], fields[separator + 2], fields[separator + 3]];
    const superblock = options?.split(',').find((word) => word === 'ro' || word === 'rw');
    if (
      separator < 0 ||
      !Number.isInteger(id) ||
      !Number.isInteger(parent) ||
      !superblock ||
      !device ||
      !root ||
      !mountPoint ||
      !type ||
      source === undefined
    ) {
      throw new Error(`mountinfo has a line that is not a mount: ${JSON.stringify(line.slice(0, 120))}`);
    }
    mounts.push({
      id,
      parent,
      mount_point: unescapeOctal(mountPoint),
      root: unescapeOctal(root),
      type,
      source: unescapeOctal(source),
      read_only: superblock === 'ro',
      device,
    });
  }
  if (mounts.length > 0 && !text.endsWith('\n'))
    throw new Error(`mountinfo was cut off: it ends with ${JSON.stringify(text.slice(-80))}`);
  if (mounts.length === 0) throw new Error('mountinfo lists no mount at all');
  if (mounts.length > mostMounts)
    throw new Error(`mountinfo lists ${mounts.length} mounts; at most ${mostMounts} are read`);
  return mounts;
}

/** The kernel and fstab write space, tab, newline and backslash in a path as \040 \011 \012 \134. */
export function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (const part of text.split(/(\\[0-7]{3})/)) {
    if (/^\\[0-7]{3}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8));
    else bytes.push(...Buffer.from(part));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** Finds the mount that a path lies on as the kernel does: from the root, onto each mount on the way. A mount on a
 * parent folder, or a later mount on the same point, hides the mounts below it. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const ids = new Set(mounts.map(({ id }) => id));
  let current = mounts.find(
    ({ mount_point, parent, id }) => mount_point === '/' && (parent === id || !ids.has(parent)),
  );
  for (let next = current; next; next = nextMountTowards(path, next, mounts)) current = next;
  return current;
}

function nextMountTowards(path: string, current: Mount, mounts: readonly Mount[]): Mount | undefined {
  let next: Mount | undefined;
  for (const mount of mounts) {
    if (mount.parent !== current.id || mount.id === current.id || !isBelow(path, mount.mount_point)) continue;
    // The mount point nearest to the current one wins; of two mounts on one point, the later.
    if (!next || mount.mount_point.length <= next.mount_point.length) next = mount;
  }
  return next;
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

/** Such a mount may wait for another machine or a program, so only a child that can be abandoned may touch it. */
export function isNetwork(mount: Pick<Mount, 'type'>): boolean {
  return /^(nfs4?|cifs|smb3?|smbfs|9p|ceph|glusterfs|lustre|beegfs|gpfs|afs|ocfs2|gfs2|davfs|fuse|fuse\..*)$/.test(
    mount.type,
  );
}

/** The first access to an automount point mounts its filesystem; a reading must not be that access. */
export const isAutomount = (mount: Mount): boolean => mount.type === 'autofs';

/** The filesystems of a machine that hold data: one mount for each local device, and the root whatever its type. */
export function localFilesystems(mounts: readonly Mount[]): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const mount of mounts) {
    const holdsData = mount.source.startsWith('/dev/') || /^(zfs|btrfs|bcachefs)$/.test(mount.type);
    // Images are always full and read-only; a loop device is a file on another filesystem.
    const isImage = /^(squashfs|iso9660|udf|erofs|cramfs)$/.test(mount.type) || mount.source.startsWith('/dev/loop');
    if (mount.mount_point !== '/' && (!holdsData || isImage || isNetwork(mount))) continue;
    if (mountOf(mount.mount_point, mounts) !== mount) continue; // hidden by a later mount on the same point
    const known = byDevice.get(mount.device);
    if (!known || mount.mount_point.length < known.mount_point.length) byDevice.set(mount.device, mount);
  }
  return [...byDevice.values()].sort((a, b) => (a.mount_point < b.mount_point ? -1 : 1));
}
