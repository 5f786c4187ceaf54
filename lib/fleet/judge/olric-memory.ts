import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const olricMemory = defineJudgement({
  name: 'olric-memory',
  summary: 'Olric of a node uses much memory',
  subsystem: 'olric',
  severities: ['warning'],
  advice: 'See which DMaps grow, and whether their entries expire (TTL, maxKeys, maxInuse).',
  needs: ['olric'],
  limits: {
    key: 'olric-memory',
    side: 'above',
    amber: ['count', 500, 'more MiB of memory of Olric than this are a warning'],
  },
  assess: ({ olric }) =>
    measureNodes(olric, 'MiB', ({ process_mem_mb: value }, node) => ({ value, prefix: `Olric of ${node} uses` })),
});
