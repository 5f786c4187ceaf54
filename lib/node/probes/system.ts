// Reads load, memory, root filesystem, kills for lack of memory, uptime and clock of the node.
import type { Host } from '../../contract/host.ts';
import { percentOf } from '../../core/quantity.ts';
import { firstLine } from '../../core/text.ts';
import { parseCpuList, parseLoadavg, parseMeminfo, parseOomKills, parseUptime } from '../../parse/proc.ts';
import { defineProbe, readParts } from '../define.ts';
import { refuseWithoutSystemd, runProgram } from '../find.ts';
import { countLately } from '../lately.ts';
import { system as section } from '../sections/system.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const rounded = (value: number): number => Math.round(value * 100) / 100;

export const system = defineProbe({
  name: 'system',
  summary: 'load, memory, disk, swap, uptime, clock',
  section,

  async read({ host: open, at, previous, bootId }) {
    const host = open();
    const read = await readParts({
      cpus: async () => ({ cpu_count: parseCpuList(await host.readText('/sys/devices/system/cpu/online')) }),
      load: async () => {
        const { load_1, load_5, load_15 } = parseLoadavg(await host.readText('/proc/loadavg'));
        return { load_avg_1: load_1, load_avg_5: load_5, load_avg_15: load_15 };
      },
      memory: async () => {
        const { total, available, swapTotal, swapFree } = parseMeminfo(await host.readText('/proc/meminfo'));
        const swapUsed = swapTotal - swapFree;
        return {
          mem_total_mb: Math.round(total / MiB),
          mem_used_mb: Math.round((total - available) / MiB),
          mem_available_mb: Math.round(available / MiB),
          mem_use_pct: rounded(percentOf(total - available, total)),
          swap_total_mb: Math.round(swapTotal / MiB),
          swap_used_mb: Math.round(swapUsed / MiB),
          ...(swapTotal === 0 ? {} : { swap_use_pct: rounded(percentOf(swapUsed, swapTotal)) }),
        };
      },
      disk: async () => {
        const { block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes } = await host.statfs('/');
        const used = blocks - free_blocks;
        return {
          disk_total_gb: rounded((blocks * block_bytes) / GiB),
          disk_used_gb: rounded((used * block_bytes) / GiB),
          disk_avail_gb: rounded((available_blocks * block_bytes) / GiB),
          disk_use_pct: rounded(percentOf(used, used + available_blocks)),
          ...(inodes === 0 ? {} : { inode_use_pct: rounded(percentOf(inodes - free_inodes, inodes)) }),
        };
      },
      oom_kills: async () => {
        const kills = parseOomKills(await host.readText('/proc/vmstat'));
        return kills === undefined ? {} : { oom_kills: kills };
      },
      kernel_version: async () => ({ kernel_version: (await host.readText('/proc/sys/kernel/osrelease')).trim() }),
      uptime: async () => {
        const uptime = parseUptime(await host.readText('/proc/uptime'));
        return {
          uptime_seconds: Math.round(uptime),
          uptime_since: new Date(Math.round(at.getTime() / 1000 - uptime) * 1000).toISOString(),
        };
      },
      clock_synchronised: async () => ({ clock_synchronised: await isSynchronised(host) }),
    });
    const counts = { kills: read.oom_kills };
    const { grown, kept } = await countLately(previous?.data, { host, bootId, counts });
    return {
      ...read,
      time_unix: at.getTime() / 1000,
      ...kept,
      ...(grown?.['kills'] === undefined ? {} : { recent_oom_kills: grown['kills'] }),
    };
  },
});

async function isSynchronised(host: Host): Promise<boolean> {
  await refuseWithoutSystemd(host);
  const { stdout, stderr } = await runProgram(host, ['timedatectl', 'show', '--property=NTPSynchronized', '--value']);
  if (stdout === 'yes\n' || stdout === 'no\n') return stdout === 'yes\n';
  throw new Error(
    `timedatectl did not say whether the clock is synchronised: ${firstLine(stderr) || JSON.stringify(stdout.slice(0, 80))}`,
  );
}
