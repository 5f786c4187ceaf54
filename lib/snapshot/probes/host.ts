// Reads the machine's load, memory, time since boot, and number of processes killed for lack of memory. Where one file of the
// kernel is hidden (a container, a sandbox), only its values are missing, each with a reason.
import { percentOf } from '../../core/quantity.ts';
import { firstLine, readingReason } from '../../core/text.ts';
import { parseCpuList, parseLoadavg, parseMeminfo, parseOomKills, parseUptime } from '../../parse/proc.ts';
import { defineProbe } from '../define.ts';
import { host as section } from '../sections/host.ts';

export const host = defineProbe({
  name: 'host',
  summary: 'load, memory, swap, uptime and out-of-memory kills',
  section,

  async read({ host: open, previous, bootId }) {
    const machine = open();
    const problems: Record<string, string> = {};
    const failures: unknown[] = [];
    const attempt = async <Value extends object>(
      what: string,
      path: string,
      parse: (text: string) => Value,
    ): Promise<Partial<Value>> => {
      try {
        return parse(await machine.readText(path));
      } catch (error) {
        machine.signal.throwIfAborted();
        problems[what] = firstLine(readingReason(error));
        failures.push(error);
        return {};
      }
    };
    const read = await Promise.all([
      attempt('load', '/proc/loadavg', parseLoadavg),
      attempt('memory', '/proc/meminfo', (text) => {
        const { total, available, swapTotal, swapFree } = parseMeminfo(text);
        return {
          memory_total_bytes: total,
          memory_available_bytes: available,
          memory_used_percent: percentOf(total - available, total),
          swap_total_bytes: swapTotal,
          swap_used_bytes: swapTotal - swapFree,
        };
      }),
      attempt('uptime', '/proc/uptime', (text) => ({ uptime_seconds: parseUptime(text) })),
      attempt('oom_kills', '/proc/vmstat', (text) => {
        const oom_kills = parseOomKills(text);
        return oom_kills === undefined ? {} : { oom_kills };
      }),
      attempt('cpus', '/sys/devices/system/cpu/online', (text) => ({ cpus: parseCpuList(text) })),
    ]);
    if (failures.length === read.length) throw failures[0];
    const [load, memory, uptime, { oom_kills }, cpus] = read;
    // The kernel's counter restarts at 0 with each boot: after a boot, all kills are recent.
    const before = previous?.bootId === bootId ? previous.data.oom_kills : 0;
    // Without a boot id, two snapshots may be of different boots; and within one boot the counter never decreases.
    const comparable = previous !== undefined && bootId !== '' && before !== undefined && before <= (oom_kills ?? -1);
    return {
      boot_id: bootId,
      ...uptime,
      ...cpus,
      ...load,
      ...memory,
      ...(oom_kills === undefined ? {} : { oom_kills }),
      ...(comparable && oom_kills !== undefined ? { recent_oom_kills: oom_kills - before } : {}),
      ...(failures.length === 0 ? {} : { problems }),
    };
  },
});
