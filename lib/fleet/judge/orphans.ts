import { listed } from '../../core/text.ts';
import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const orphans = defineJudgement({
  name: 'orphans',
  summary: 'processes of the product outlive their parent on a node',
  subsystem: 'system',
  severities: ['info'],
  advice: 'See since when they run and what started them, then end them by hand.',
  needs: ['processes'],
  limits: { key: 'orphans', side: 'above', amber: ['count', 0, 'more orphans than this are noted'] },
  assess: ({ processes }) =>
    measureNodes(processes, '', ({ orphan_count: value, orphans: all = [] }, node) => ({
      value,
      prefix: `orphans of ${node}:`,
      said: listed(all.map(({ command, pid }) => `${command} (${pid})`)) || `${value}`,
    })),
});
