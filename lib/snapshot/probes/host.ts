// Reads the machine's load, memory, time since boot, and number of processes killed for lack of memory.
import { percentOf } from '../../core/quantity.ts';
import { parseCpuList, parseLoadavg, parseMeminfo, parseOomKills, parseUptime } from '../../parse/proc.ts';
import { defineProbe } from '../define.ts';
import { host as section } from '../sections/host.ts';

export const host = defineProbe({
  name: 'host',
  summary: 'load, memory, swap, uptime and out-of-memory kills',
  section,

  async read({ host: open, previous, bootId }) {
    const machine = open();
    const [loadavg, meminfo, uptime, vmstat, cpus] = await Promise.all(
      ['/proc/loadavg', '/proc/meminfo', '/proc/uptime', '/proc/vmstat', '/sys/devices/system/cpu/online'].map((path) =>
        machine.readText(path),
      ),
    );
    const memory = parseMeminfo(meminfo ?? '');
    const oom_kills = parseOomKills(vmstat ?? '');
    // The kernel's counter restarts at 0 with each boot: after a boot, all kills are recent.
    const before = previous?.bootId === bootId ? previous.data.oom_kills : 0;
    // Without a boot id, two snapshots may be of different boots; and within one boot the counter never decreases.
    const comparable = previous !== undefined && bootId !== '' && before !== undefined && before <= (oom_kills ?? -1);
    return {
      boot_id: bootId,
      uptime_seconds: parseUptime(uptime ?? ''),
      cpus: parseCpuList(cpus ?? ''),
      ...parseLoadavg(loadavg ?? ''),
      memory_total_bytes: memory.total,
      memory_available_bytes: memory.available,
      memory_used_percent: percentOf(memory.total - memory.available, memory.total),
      swap_total_bytes: memory.swapTotal,
      swap_used_bytes: memory.swapTotal - memory.swapFree,
      ...(oom_kills === undefined ? {} : { oom_kills }),
      ...(comparable && oom_kills !== undefined ? { recent_oom_kills: oom_kills - before } : {}),
    };
  },
});
