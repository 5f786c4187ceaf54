import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const memory = defineJudgement({
  name: 'memory',
  summary: 'memory runs short on a node',
  subsystem: 'system',
  severities: ['warning'],
  advice: 'See what uses it (ps --sort=-rss, systemd-cgtop), and stop it or give the node more.',
  needs: ['system'],
  limits: {
    key: 'memory',
    side: 'above',
    amber: ['percent', '90%', 'more of the memory in use than this is a warning'],
  },
  assess: ({ system }) =>
    measureNodes(system, 'percent', ({ mem_use_pct: value, mem_available_mb: left, mem_total_mb: total }, node) => ({
      value,
      prefix: `memory of ${node} is`,
      suffix: ' in use',
      said: `${left ?? '?'} of ${total ?? '?'} MiB are available`,
    })),
});
