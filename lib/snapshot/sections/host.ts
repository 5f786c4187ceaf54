import * as z from 'zod/mini';
import { quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { formatBytes, formatDuration, formatMeasure } from '../../core/quantity.ts';
import { counted } from '../../core/text.ts';

export const host = defineSection({
  many: false,
  source: '/proc/loadavg, meminfo, uptime, vmstat and /sys/devices/system/cpu/online (try: uptime; free -h)',
  noun: 'subject',
  subjects: () => [{ name: 'host', path: [] }],
  schema: z.looseObject({
    boot_id: words('id of this boot'),
    uptime_seconds: quantity('s', 'time since boot'),
    cpus: quantity('1', 'processors online'),
    load_1: quantity('1', 'load average over 1 minute'),
    load_5: quantity('1', 'load average over 5 minutes'),
    load_15: quantity('1', 'load average over 15 minutes'),
    memory_total_bytes: quantity('byte', 'memory'),
    memory_available_bytes: quantity('byte', 'memory that programs can still get'),
    memory_used_percent: quantity('percent', 'memory in use: programs cannot get it any more'),
    swap_total_bytes: quantity('byte', 'swap space'),
    swap_used_bytes: quantity('byte', 'swap space in use'),
    oom_kills: z.optional(quantity('1', 'processes killed for memory since boot')),
    // Missing in the first snapshot, which has no previous one to compare with.
    recent_oom_kills: z.optional(quantity('1', 'processes killed for memory since the snapshot before')),
  }),
  table: {
    title: 'Host',
    columns: ['what', 'reading'],
    rows: (host) => [
      ['up for', formatDuration(host.uptime_seconds)],
      [
        'load over 1, 5 and 15 minutes',
        `${host.load_1}, ${host.load_5}, ${host.load_15} on ${counted(host.cpus, 'processor')}`,
      ],
      [
        'memory in use',
        `${formatMeasure(host.memory_used_percent, 'percent')} of ${formatBytes(host.memory_total_bytes)}`,
      ],
      ['swap in use', `${formatBytes(host.swap_used_bytes)} of ${formatBytes(host.swap_total_bytes)}`],
      ...(host.oom_kills === undefined ? [] : [['killed for memory since boot', String(host.oom_kills)]]),
    ],
  },
});
