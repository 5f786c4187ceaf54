// The figures of a node that tables and metrics show. Each is missing where it was not read.
import { fits } from '../contract/shape.ts';
import { nodeSections } from '../node/sections/index.ts';
import type { Fleet } from './assess.ts';

export function figuresOf({ sections }: Pick<Fleet, 'sections'>, node: string) {
  const read = sections['system']?.[node];
  if (read?.status !== 'ok' || !fits(nodeSections.system.schema, read.data)) return {};
  const { mem_use_pct, disk_use_pct, load_avg_1, cpu_count } = read.data;
  return {
    memory_used_percent: mem_use_pct,
    disk_used_percent: disk_use_pct,
    load_per_processor:
      load_avg_1 === undefined || !cpu_count ? undefined : Math.round((load_avg_1 / cpu_count) * 100) / 100,
  };
}
