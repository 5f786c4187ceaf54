import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const disk = defineJudgement({
  name: 'disk',
  summary: 'the root filesystem of a node fills up',
  subsystem: 'system',
  severities: ['warning'],
  advice: 'See what uses it (du -xh / | sort -h | tail), logs and old images first.',
  needs: ['system'],
  limits: {
    key: 'disk',
    side: 'above',
    amber: ['percent', '85%', 'more of the root filesystem in use than this is a warning'],
  },
  assess: ({ system }) =>
    measureNodes(system, 'percent', ({ disk_use_pct: value, disk_avail_gb: left, disk_total_gb: total }, node) => ({
      value,
      prefix: `the root filesystem of ${node} is`,
      suffix: ' full',
      said: `${left ?? '?'} of ${total ?? '?'} GiB are available`,
    })),
});
