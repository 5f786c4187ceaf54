import * as z from 'zod/mini';
import { quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const host = defineSection({
  many: false,
  source: '/proc/loadavg, meminfo, uptime, vmstat and /sys/devices/system/cpu/online (try: uptime; free -h)',
  schema: z.looseObject({
    boot_id: words('id of this boot'),
    uptime_seconds: quantity('s', 'time since boot'),
    cpus: quantity('1', 'processors online'),
    load_1: quantity('1', 'load average over 1 minute'),
    load_5: quantity('1', 'load average over 5 minutes'),
    load_15: quantity('1', 'load average over 15 minutes'),
    memory_total_bytes: quantity('byte', 'memory'),
    memory_available_bytes: quantity('byte', 'memory that programs can still get'),
    memory_used_percent: quantity('percent', 'memory that programs cannot get any more'),
    swap_total_bytes: quantity('byte', 'swap space'),
    swap_used_bytes: quantity('byte', 'swap space in use'),
    oom_kills: z.optional(quantity('1', 'processes killed for memory since boot')),
    // Missing in the first snapshot: there is nothing to compare with.
    recent_oom_kills: z.optional(quantity('1', 'processes killed for memory since the snapshot before')),
  }),
});
