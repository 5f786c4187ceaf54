// Filesystems that hold data: local disks and network mounts, from the kernel's table of mounts. No path is touched.
import { listed } from '../../core/text.ts';
import { type FstabEntry, parseFstab, unmountedDisks } from '../../parse/fstab.ts';
import {
  isAutomount,
  isNetwork,
  localFilesystems,
  type Mount,
  mountOf,
  parseMountinfo,
} from '../../parse/mountinfo.ts';
import { defineFinder, type Finding, type Found, type LeftOut, namesOfPath } from '../finding.ts';

export const filesystems = defineFinder({
  name: 'filesystems',
  summary: 'the filesystems',
  look: async ({ host }) =>
    chooseFilesystems(
      parseMountinfo(await host.readText('/proc/self/mountinfo')),
      parseFstab(await host.readText('/etc/fstab').catch(() => '')),
    ),
});

/** Beyond so many network mounts nobody watches each: an automounter of home folders may mount thousands. */
const mostNetwork = 40;

function chooseFilesystems(mounts: readonly Mount[], fstab: readonly FstabEntry[]): Found {
  const local = localFilesystems(mounts);
  const reasons = new Map<string, string[]>();
  const leave = (mount_point: string, why: string): void => {
    reasons.set(why, [...(reasons.get(why) ?? []), mount_point]);
  };
  const findings: Finding[] = [];
  const readOnly: string[] = [];
  const take = (mount: Mount): void => {
    const entry = fstab.find(({ mount_point }) => mount_point === mount.mount_point);
    // The kernel makes a filesystem with errors read-only (`errors=remount-ro`).
    const isFault = mount.read_only && entry !== undefined && !entry.read_only;
    findings.push(findingOf(mount, isFault));
    if (mount.read_only && !isFault) readOnly.push(mount.mount_point);
  };
  for (const mount of local) {
    const why = reasonAgainst(mount.mount_point);
    if (why === undefined) take(mount);
    else leave(mount.mount_point, why);
  }
  let networks = 0;
  for (const mount of mounts) {
    const { mount_point, type } = mount;
    if (isNetwork(mount)) {
      const why = /^fuse\.(gvfsd-fuse|portal|lxcfs|snapfuse|squashfuse)$/.test(type)
        ? 'filesystems of a program, which cannot fill'
        : reasonAgainst(mount_point);
      if (why !== undefined) leave(mount_point, why);
      else if (networks >= mostNetwork) leave(mount_point, `more than ${mostNetwork} network mounts`);
      else if (mountOf(mount_point, mounts) === mount) {
        networks += 1;
        take(mount);
      }
    } else if (isAutomount(mount) && !mount_point.startsWith('/proc/')) {
      const isInUse = mounts.some((other) => other !== mount && other.mount_point === mount_point);
      if (!isInUse)
        findings.push({ ...findingOf(mount), off: 'an automount that nobody has opened; looking would mount it' });
    } else if (/^(squashfs|iso9660|erofs)$/.test(type)) leave(mount_point, 'images, which are always full');
    else if (type === 'overlay' && mount_point !== '/') leave(mount_point, 'disks of containers');
  }
  for (const mount_point of unmountedDisks(fstab, mounts))
    findings.push({
      key: 'filesystems',
      ...namesOfPath(mount_point),
      value: mount_point,
      where: '/etc/fstab',
      off: 'not mounted now',
    });
  const left: LeftOut[] = [...reasons].map(([why, points]) => ({ what: listed(points, 3), why }));
  return {
    findings,
    left,
    notes: readOnly.length === 0 ? [] : [`Read-only now, and written down as allowed: ${listed(readOnly)}`],
  };
}

function findingOf(mount: Mount, isFault = false): Finding {
  const { mount_point: path, type, source, read_only } = mount;
  const options = {
    ...(isNetwork(mount) || isAutomount(mount) ? { network: true } : {}),
    ...(read_only && !isFault ? { 'read-only': 'allowed' } : {}),
  };
  const state = isFault
    ? ', READ-ONLY now, which /etc/fstab does not ask for: a fault, and red until it is writable'
    : read_only
      ? ', mounted read-only now'
      : '';
  return {
    key: 'filesystems',
    ...namesOfPath(path),
    value: Object.keys(options).length === 0 ? path : { path, ...options },
    // A network mount's source may hold a login: `//user:password@server/share`.
    where: `${type} on ${isNetwork(mount) ? source.replaceAll(/[^/]*@/g, '') : source}${state}`,
  };
}

function reasonAgainst(path: string): string | undefined {
  if (/^\/(boot|efi)(\/|$)/.test(path)) return 'written only by upgrades of the kernel or the boot loader';
  if (/^\/(run|sys|proc|dev)\//.test(path)) return 'mounts of the system or of one session';
  if (/^\/(tmp|var\/tmp)(\/|$)/.test(path)) return 'the units have a /tmp of their own';
  if (/^\/var\/lib\/(docker|containers|kubelet|containerd|lxd|snapd)\//.test(path)) return 'disks of containers';
  if (/^\/etc\/(hosts|hostname|resolv\.conf)$/.test(path)) return 'single files that a container shares';
  return undefined;
}
