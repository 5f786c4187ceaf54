import { flag, instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import { partsFields, shown } from '../define.ts';
import { latelyFields } from '../lately.ts';

export const system = defineSection({
  many: false,
  source: '/proc, and df of the root filesystem (try: free -m; df -h /; uptime)',
  noun: 'node',
  subjects: () => [],
  schema: object({
    cpu_count: optional(quantity('1', 'processors')),
    load_avg_1: optional(quantity('1', 'load, mean of 1 minute')),
    load_avg_5: optional(quantity('1', 'load, mean of 5 minutes')),
    load_avg_15: optional(quantity('1', 'load, mean of 15 minutes')),
    mem_total_mb: optional(quantity('MiB', 'memory')),
    mem_used_mb: optional(quantity('MiB', 'memory that is not available')),
    mem_available_mb: optional(quantity('MiB', 'memory available to programs')),
    mem_use_pct: optional(quantity('percent', 'memory that is not available')),
    swap_total_mb: optional(quantity('MiB', 'swap')),
    swap_used_mb: optional(quantity('MiB', 'swap in use')),
    swap_use_pct: optional(quantity('percent', 'swap in use')),
    disk_total_gb: optional(quantity('GiB', 'root filesystem')),
    disk_used_gb: optional(quantity('GiB', 'root filesystem in use')),
    disk_avail_gb: optional(quantity('GiB', 'root filesystem available to programs')),
    disk_use_pct: optional(quantity('percent', 'root filesystem in use, as df shows it')),
    inode_use_pct: optional(quantity('percent', 'inodes of the root filesystem in use')),
    oom_kills: optional(quantity('1', 'processes killed for lack of memory since boot')),
    recent_oom_kills: optional(quantity('1', 'processes killed for lack of memory lately')),
    kernel_version: optional(words('release of the kernel')),
    uptime_seconds: optional(quantity('s', 'time since boot')),
    uptime_since: optional(instant('time of the boot')),
    time_unix: quantity('s', 'time of the node, for its distance from the clocks of others'),
    clock_synchronised: optional(flag('the clock is synchronised')),
    ...latelyFields,
    ...partsFields,
  }),
  group: 'system',
  table: {
    title: 'System',
    columns: ['processors', 'load', 'memory', 'swap', 'disk', 'out of memory', 'up', 'kernel'],
    rows: (read) => [
      [
        shown(read.cpu_count),
        shown(read.load_avg_1),
        percent(read.mem_use_pct),
        read.swap_total_mb === 0 ? 'none' : percent(read.swap_use_pct),
        percent(read.disk_use_pct),
        read.recent_oom_kills === undefined ? shown(read.oom_kills) : `${read.recent_oom_kills} lately`,
        read.uptime_seconds === undefined ? '-' : formatDuration(read.uptime_seconds),
        read.kernel_version ?? '-',
      ],
    ],
  },
});

const percent = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(0)} %`);
