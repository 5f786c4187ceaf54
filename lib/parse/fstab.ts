// Parses /etc/fstab: which filesystems ought to be mounted, and where.
import { isBelow, type Mount, mountOf, unescapeOctal } from './mountinfo.ts';

export interface FstabEntry {
  readonly device: string;
  readonly mount_point: string;
  /** The entry says `ro`. */
  readonly read_only: boolean;
}

/** The entries that are mounted at boot: without swap, without `noauto`. Of the options only `ro` is kept, because they
 * may contain a password. A line that is not an entry is ignored, as mount(8) does. */
export function parseFstab(text: string): FstabEntry[] {
  return text.split('\n').flatMap((line) => {
    const [device, mountPoint, type = '', options = ''] = line.trim().split(/[ \t]+/);
    if (!device || device.startsWith('#') || !mountPoint?.startsWith('/') || type === 'swap') return [];
    const words = options.split(',');
    if (words.includes('noauto')) return [];
    const path = unescapeOctal(mountPoint);
    return {
      device: unescapeOctal(device),
      mount_point: path === '/' ? path : path.replace(/\/+$/, ''),
      read_only: words.includes('ro'),
    };
  });
}

/** The entry on which the path ought to lie: that of the nearest mount point above it; never that of the root filesystem. */
export const fstabEntryOf = (path: string, entries: readonly FstabEntry[]): FstabEntry | undefined =>
  entries
    .filter(({ mount_point }) => mount_point !== '/' && isBelow(path, mount_point))
    .sort((a, b) => b.mount_point.length - a.mount_point.length)[0];

/** The mount points of disks that ought to be mounted and are not. */
export const unmountedDisks = (entries: readonly FstabEntry[], mounts: readonly Mount[]): string[] =>
  entries
    .filter(({ device, mount_point }) => isDisk(device) && mountOf(mount_point, mounts)?.mount_point !== mount_point)
    .map(({ mount_point }) => mount_point);

const isDisk = (device: string): boolean =>
  /^(\/dev\/(?!loop|sr\d|cdrom|fd)|(UUID|LABEL|PARTUUID|PARTLABEL)=)/.test(device);
