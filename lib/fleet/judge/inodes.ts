import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const inodes = defineJudgement({
  name: 'inodes',
  summary: 'inodes of the root filesystem of a node run out',
  subsystem: 'system',
  severities: ['critical', 'warning'],
  advice: 'See which folder has that many files (du --inodes -x / | sort -n | tail).',
  needs: ['system'],
  limits: {
    key: 'inodes',
    side: 'above',
    amber: ['percent', '90%', 'more of the inodes in use than this is a warning'],
    red: ['percent', '95%', 'more of the inodes in use than this is critical'],
  },
  assess: ({ system }) =>
    measureNodes(system, 'percent', ({ inode_use_pct: value }, node) => ({
      value,
      prefix: `inodes of the root filesystem of ${node} are`,
      suffix: ' in use',
    })),
});
