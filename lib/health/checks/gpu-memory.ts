import { formatBytes } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';
import { findingsOf, unreadFinding } from '../gpus.ts';

/** Judged only where the configuration has limits: a job may fill the memory of its GPU on purpose. */
export const gpuMemory = defineCheck({
  name: 'gpu-memory',
  summary: 'the memory of a GPU is fuller than a limit of yours',
  needs: ['gpus'],
  assess: ({ gpus }) =>
    findingsOf(gpus, (one) => {
      const { gpu, machine, item, subject, name } = one;
      const { amber, red } = machine.memory_limits ?? {};
      if (amber === undefined && red === undefined) return undefined;
      const { memory_used_percent: value, memory_used_bytes: used = 0, memory_total_bytes: total = 0 } = gpu;
      if (value === undefined) return unreadFinding(one, 'the memory', 'percent', ['memory.used', 'memory.total']);
      const limitOf = (limit: number | undefined, level: string) =>
        limit === undefined ? undefined : { value: limit, key: `gpus.${item}.memory.${level}` };
      return {
        subject,
        value,
        unit: 'percent',
        prefix: `the memory of ${name} is`,
        suffix: ` in use, ${formatBytes(total - used)} left`,
        limits: { side: 'from', amber: limitOf(amber, 'amber'), red: limitOf(red, 'red') },
      };
    }),
});
