// The figures of a node for tables and metrics. Each is missing where it was not read.
import { withoutUndefined } from '../core/fields.ts';
import type { Fleet } from './assess.ts';
import type { Figures } from './files.ts';
import { readingOf } from './reading.ts';

export function figuresOf(fleet: Pick<Fleet, 'sections'>, node: string): Figures {
  const { mem_use_pct, disk_use_pct, load_avg_1, cpu_count } = readingOf(fleet, 'system', node).data ?? {};
  return withoutUndefined({
    memory_used_percent: mem_use_pct,
    disk_used_percent: disk_use_pct,
    load_per_processor:
      load_avg_1 === undefined || !cpu_count ? undefined : Math.round((load_avg_1 / cpu_count) * 100) / 100,
  });
}
