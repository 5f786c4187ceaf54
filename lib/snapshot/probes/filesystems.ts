import { localFilesystems } from '../../parse/mountinfo.ts';
import { defineProbe } from '../define.ts';
import { mountTable, readFilesystem } from '../filesystem.ts';
import { filesystems as section } from '../sections/filesystems.ts';

export const filesystems = defineProbe({
  name: 'filesystems',
  summary: 'usage, inodes and read-only state of filesystems',
  section,

  items: async ({ host, config }) =>
    config.filesystems
      ? Object.keys(config.filesystems)
      : localFilesystems(await mountTable(host())).map(({ mount_point }) => mount_point),

  async read({ host: open, config, item }) {
    const configured = config.filesystems?.[item] ?? { path: item };
    const { path, host: hostName = 'local', network = false } = configured;
    const host = open(hostName);
    const alone = `filesystem-${item}`;
    const reading = await readFilesystem(host, await mountTable(host), { path, network, alone });
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
