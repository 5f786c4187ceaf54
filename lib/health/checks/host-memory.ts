import { formatBytes } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';
import { unknownFinding } from '../unknown.ts';

export const hostMemory = defineCheck({
  name: 'host-memory',
  summary: 'memory runs short',
  needs: ['host'],
  limits: { key: 'memory', side: 'above', amber: ['percent', '90%', 'more of the memory in use than this is amber'] },
  assess: ({ host: { memory_used_percent, memory_available_bytes, problems } }) => [
    memory_used_percent === undefined || memory_available_bytes === undefined
      ? unknownFinding({ subject: 'host', unit: 'percent' }, 'the memory in use', problems?.['memory'])
      : {
          subject: 'host',
          value: memory_used_percent,
          unit: 'percent',
          prefix: 'memory is',
          suffix: ` in use, ${formatBytes(memory_available_bytes)} left`,
        },
  ],
});
