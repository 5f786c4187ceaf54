import { unmountedDisks } from '../../parse/fstab.ts';
import { localFilesystems } from '../../parse/mountinfo.ts';
import { defineProbe } from '../define.ts';
import { fstabEntries, mountTable, readFilesystem } from '../filesystem.ts';
import { filesystems as section } from '../sections/filesystems.ts';

export const filesystems = defineProbe({
  name: 'filesystems',
  summary: 'usage, inodes and read-only state of filesystems',
  section,

  async items({ host, config }) {
    if (config.filesystems) return Object.keys(config.filesystems);
    const [mounts, fstab] = await Promise.all([mountTable(host()), fstabEntries(host())]);
    const mounted = localFilesystems(mounts).map(({ mount_point }) => mount_point);
    return [...mounted, ...unmountedDisks(fstab, mounts)];
  },

  async read({ host: open, config, item, previous }) {
    const configured = config.filesystems?.[item] ?? { path: item };
    const { path, host: hostName = 'local', network = false, mount: must } = configured;
    const host = open(hostName);
    const before = previous?.data;
    const reading = await readFilesystem(host, {
      path,
      network,
      mount: must,
      // A reading of another place says nothing of this one.
      mountBefore: before?.path === path && before.host === hostName ? before.mount_point : undefined,
      key: `filesystems.${item}.mount`,
      alone: `filesystem-${item}`,
    });
    const { mount } = reading;
    return {
      host: hostName,
      path,
      resolved_path: reading.resolved,
      mount_point: mount.mount_point,
      type: mount.type,
      source: mount.source,
      network: reading.network,
      read_only: mount.read_only,
      ...(configured['read-only'] === 'allowed' ? { read_only_allowed: true } : {}),
      ...reading.space,
    };
  },
});
