// The files, mounts and disks of the simulated machines, as the kernel, the gates' jobs and the logger write them.
import { codedError } from '../contract/errors.ts';
import type { FilesystemStat, PathStat } from '../contract/host.ts';
import { measurementText, textfileText } from './checks.ts';
import { absolutePaths as paths, gateFile, gateNames, powerStore, textfileNames, textfilePath } from './layout.ts';
import { powerFile } from './power.ts';
import { booted, type DiskName, diskAt, gateAt, hour, machineAt, minute } from './scenario.ts';

const bootId = '5a1dbf2c-0c1e-4f0e-9a53-2f6c8d0e7b41';

export function missing(path: string): never {
  throw codedError('ENOENT', `ENOENT: no such file or directory, '${path}'`);
}

export const asText = (content: Uint8Array | string): string =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

const fixedFiles: Readonly<Record<string, string>> = {
  '/proc/sys/kernel/random/boot_id': `${bootId}\n`,
  '/sys/devices/system/cpu/online': '0-7\n',
};

const gateFiles = new Map(gateNames.map((name) => [gateFile(paths, name), name]));
const textfiles = new Map(textfileNames.map((name) => [textfilePath(paths, name), name]));

export function localFile(path: string, at: number): string | Uint8Array | undefined {
  const fixed = fixedFiles[path];
  if (fixed !== undefined) return fixed;
  const gate = gateFiles.get(path);
  if (gate) return gateText(gate, at, 0);
  const textfile = textfiles.get(path);
  if (textfile) return textfileText(textfile, at, 0);
  if (path.endsWith('/watchdog/latest.json')) return measurementText(at);
  const store = `${powerStore(paths)}/`;
  if (path.startsWith(store)) return powerFile(path.slice(store.length), { at, shift: 0 });
  return kernelFile(path, at);
}

/** A gate's summary as its job writes it; its times are `shift` milliseconds later than in the scenario. */
export function gateText(name: (typeof gateNames)[number], at: number, shift: number): string {
  const { verdict, decided, counts, reason, truncated } = gateAt(name, at);
  const text = JSON.stringify({ verdict, decided_at: new Date(decided + shift).toISOString(), counts, reason });
  return truncated ? text.slice(0, text.length / 2) : `${text}\n`;
}

function kernelFile(path: string, at: number): string | undefined {
  const { load, memoryKb, availableKb, oomKills } = machineAt(at);
  const upSeconds = (at - booted) / 1000;
  switch (path) {
    case '/proc/self/mountinfo':
      return localMounts(at);
    case '/proc/loadavg':
      return `${load.toFixed(2)} ${(load * 0.96).toFixed(2)} ${(load * 0.9).toFixed(2)} 2/341 48211\n`;
    case '/proc/meminfo':
      return `MemTotal:       ${memoryKb} kB\nMemAvailable:   ${availableKb} kB\nSwapTotal:      2097152 kB\nSwapFree:       2097152 kB\n`;
    case '/proc/uptime':
      return `${upSeconds.toFixed(2)} ${(upSeconds * 7).toFixed(2)}\n`;
    case '/proc/vmstat':
      return `nr_free_pages ${availableKb / 4}\noom_kill ${oomKills}\n`;
    default:
      return undefined;
  }
}

function localMounts(at: number): string {
  const options = (name: DiskName): string => (diskAt(name, at).readOnly ? 'ro' : 'rw');
  return `24 1 254:1 / / rw,relatime - ext4 /dev/vda1 ${options('root')}
31 24 254:16 / /project rw,relatime - xfs /dev/vdb ${options('project')}
32 24 254:32 / /data rw,relatime - xfs /dev/vdc ${options('data')}
40 24 0:52 / /gws/aurora rw,relatime - nfs4 storage.example:/gws/aurora rw
`;
}

export const sourceMounts = `24 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 24 8:17 / /data rw,relatime - ext4 /dev/sdb1 rw
`;

export function diskOf(path: string): DiskName {
  if (path.startsWith('/project')) return 'project';
  if (path.startsWith('/data')) return 'data';
  return path.startsWith('/gws') ? 'gws' : 'root';
}

export function statfsOf(name: DiskName, at: number): FilesystemStat {
  const { bytes, used, inodesUsed } = diskAt(name, at);
  const block_bytes = 4096;
  const blocks = Math.floor(bytes / block_bytes);
  const free = Math.floor(blocks * (1 - used));
  const inodes = Math.floor(blocks / 4);
  return {
    block_bytes,
    blocks,
    free_blocks: free,
    available_blocks: free,
    inodes,
    free_inodes: Math.floor(inodes * (1 - inodesUsed)),
  };
}

export const folderStat = (at: number): PathStat => ({
  kind: 'folder',
  size_bytes: 4096,
  modified_at: new Date(Math.floor(at / hour) * hour).toISOString(),
});

const localFolders = new Set(['/project', '/data', '/gws', '/gws/aurora', '/opt', paths.code, '/run/systemd/system']);

export function statLocal(path: string, at: number): PathStat {
  if (path === '/run/systemd/timesync/synchronized') return clockStat(at) ?? missing(path);
  if (localFolders.has(path)) return folderStat(at);
  const content = localFile(path, at) ?? missing(path);
  return { kind: 'file', size_bytes: content.length, modified_at: new Date(at).toISOString() };
}

/** timesyncd touches its file at every synchronisation, and removes it when it stops. */
const clockStat = (at: number): PathStat | undefined =>
  machineAt(at).clockSet
    ? { kind: 'file', size_bytes: 0, modified_at: new Date(Math.floor(at / (30 * minute)) * 30 * minute).toISOString() }
    : undefined;
