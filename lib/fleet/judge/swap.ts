import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const swap = defineJudgement({
  name: 'swap',
  summary: 'a node swaps',
  subsystem: 'system',
  severities: ['info'],
  advice: 'See whether memory runs short (free -m, vmstat 1); swap that is in use and quiet harms little.',
  needs: ['system'],
  limits: { key: 'swap', side: 'above', amber: ['percent', '30%', 'more of the swap in use than this is noted'] },
  assess: ({ system }) =>
    measureNodes(system, 'percent', ({ swap_use_pct: value, swap_used_mb: used, swap_total_mb: total }, node) => ({
      value,
      prefix: `swap of ${node} is`,
      suffix: ' in use',
      said: `${used ?? '?'} of ${total ?? '?'} MiB`,
    })),
});
