import { listed } from '../../core/text.ts';
import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const zombies = defineJudgement({
  name: 'zombies',
  summary: 'processes of a node ended, and their parent does not ask about them',
  subsystem: 'system',
  severities: ['info'],
  advice: 'The parent has a fault; when it ends, they end. See who it is (ps -o ppid= -p PID).',
  needs: ['processes'],
  limits: { key: 'zombies', side: 'above', amber: ['count', 0, 'more zombies than this are noted'] },
  assess: ({ processes }) =>
    measureNodes(processes, '', ({ zombie_count: value, zombies: all = [] }, node) => ({
      value,
      prefix: `zombies of ${node}:`,
      said: listed(all.map(({ command, pid, ppid }) => `${command} (${pid}, of ${ppid})`)) || `${value}`,
    })),
});
