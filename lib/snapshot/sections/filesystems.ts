import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatBytes, formatMeasure } from '../../core/quantity.ts';
import type { SnapshotConfig } from '../config.ts';

export const filesystems = defineSection({
  many: true,
  source: 'statfs of the path and the kernel’s mount table (try: df PATH; df -i PATH; findmnt -T PATH)',
  noun: 'filesystem',
  // Without configured filesystems, all mounted ones are watched.
  subjects: ({ filesystems: own }: SnapshotConfig) => own && namesUnder('filesystems', own),
  places: ({ filesystems: own = {} }: SnapshotConfig) =>
    Object.entries(own).map(([item, { host, path }]) => ({ item, host, path, key: ['filesystems', item, 'host'] })),
  schema: object({
    host: words('machine it is read on'),
    path: words('path as configured'),
    resolved_path: words('path as `pwd -P` prints it there: shows a moved symlink'),
    mount_point: words('where the filesystem is mounted'),
    type: words('filesystem type'),
    source: words('device or server'),
    network: flag('filesystem waits for another machine'),
    read_only: flag('filesystem is mounted read-only (its superblock, not a sandbox)'),
    read_only_allowed: optional(flag('the configuration allows it to be read-only')),
    size_bytes: quantity('byte', 'size of the filesystem'),
    used_bytes: quantity('byte', 'space in use'),
    available_bytes: quantity('byte', 'space left for users without privileges'),
    used_percent: quantity('percent', 'space in use of what users can have, as df counts it'),
    // Missing where the filesystem has no fixed number of inodes (btrfs, many network ones).
    inodes: optional(quantity('1', 'inodes of the filesystem')),
    inodes_used: optional(quantity('1', 'inodes in use')),
    inodes_used_percent: optional(quantity('percent', 'inodes in use')),
  }),
  group: 'storage',
  panels: [
    { title: 'Storage in use', field: 'used_percent', limits: { check: 'filesystem-usage' }, inSummary: true },
    { title: 'Inodes in use', field: 'inodes_used_percent', limits: { check: 'filesystem-inodes' } },
  ],
  table: {
    title: 'Filesystems',
    columns: ['name', 'path', 'mounted at', 'used', 'bytes', 'left', 'inodes', 'type'],
    rows: (disk, name) => [
      [
        name,
        disk.path === disk.resolved_path ? disk.path : `${disk.path} → ${disk.resolved_path}`,
        disk.mount_point,
        formatMeasure(disk.used_percent, 'percent'),
        formatBytes(disk.used_bytes),
        formatBytes(disk.available_bytes),
        disk.inodes_used_percent === undefined ? '' : formatMeasure(disk.inodes_used_percent, 'percent'),
        `${disk.type}${disk.read_only ? ', read-only' : ''}`,
      ],
    ],
  },
});
