import { quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { described, object, optional, recordOf, string } from '../../contract/shape.ts';
import { formatBytes, formatDuration, formatMeasure } from '../../core/quantity.ts';
import { counted } from '../../core/text.ts';

export const host = defineSection({
  many: false,
  source: '/proc/loadavg, meminfo, uptime, vmstat and /sys/devices/system/cpu/online (try: uptime; free -h)',
  noun: 'subject',
  subjects: () => [{ name: 'host', path: [] }],
  schema: object({
    boot_id: words('id of this boot'),
    // Each value is missing where its file cannot be read; `problems` has the reason.
    uptime_seconds: optional(quantity('s', 'time since boot')),
    cpus: optional(quantity('1', 'processors online')),
    load_1: optional(quantity('1', 'load average over 1 minute')),
    load_5: optional(quantity('1', 'load average over 5 minutes')),
    load_15: optional(quantity('1', 'load average over 15 minutes')),
    memory_total_bytes: optional(quantity('byte', 'memory')),
    memory_available_bytes: optional(quantity('byte', 'memory that programs can still get')),
    memory_used_percent: optional(quantity('percent', 'memory in use: programs cannot get it any more')),
    swap_total_bytes: optional(quantity('byte', 'swap space')),
    swap_used_bytes: optional(quantity('byte', 'swap space in use')),
    oom_kills: optional(quantity('1', 'processes killed for memory since boot')),
    // Missing in the first snapshot, which has no previous one to compare with.
    recent_oom_kills: optional(quantity('1', 'processes killed for memory since the snapshot before')),
    problems: optional(described(recordOf(string), { long_name: 'why values are missing, by what they are of' })),
  }),
  group: 'this machine',
  panels: [{ title: 'Memory in use', field: 'memory_used_percent', limits: { check: 'host-memory' } }],
  table: {
    title: 'Host',
    columns: ['what', 'reading'],
    rows: (host) => {
      const { problems = {}, cpus, load_1, load_5, load_15, uptime_seconds: uptime } = host;
      const { memory_used_percent: used, memory_total_bytes: total, swap_used_bytes, swap_total_bytes } = host;
      const unread = (what: string): string => `not known: ${problems[what] ?? 'it was not read'}`;
      const loads = load_5 === undefined ? unread('load') : `${load_1}, ${load_5}, ${load_15}`;
      const processors = cpus === undefined ? 'an unknown number of processors' : counted(cpus, 'processor');
      return [
        ['up for', uptime === undefined ? unread('uptime') : formatDuration(uptime)],
        ['load over 1, 5 and 15 minutes', `${loads} on ${processors}`],
        [
          'memory in use',
          used === undefined || total === undefined
            ? unread('memory')
            : `${formatMeasure(used, 'percent')} of ${formatBytes(total)}`,
        ],
        ...(swap_used_bytes === undefined || swap_total_bytes === undefined
          ? []
          : [['swap in use', `${formatBytes(swap_used_bytes)} of ${formatBytes(swap_total_bytes)}`]]),
        ...(host.oom_kills === undefined ? [] : [['killed for memory since boot', String(host.oom_kills)]]),
      ];
    },
  },
});
