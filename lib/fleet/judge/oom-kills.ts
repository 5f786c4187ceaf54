import { formatDuration } from '../../core/quantity.ts';
import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const oomKills = defineJudgement({
  name: 'oom-kills',
  summary: 'the kernel killed processes of a node for lack of memory lately',
  subsystem: 'system',
  severities: ['critical'],
  advice: 'See which (journalctl -k --grep "Out of memory"), and give it a limit or the node more memory.',
  needs: ['system'],
  limits: {
    key: 'oom-kills',
    side: 'above',
    red: ['count', 0, 'more processes killed for lack of memory than this are critical'],
  },
  assess: ({ system }) =>
    measureNodes(system, '', ({ recent_oom_kills: value, oom_kills: all, lately_seconds: seconds }, node) => ({
      value,
      prefix: `processes of ${node} killed for lack of memory lately:`,
      said: `${value} ${seconds === undefined ? 'lately' : `in ${formatDuration(seconds)}`}, ${all ?? '?'} since its boot`,
    })),
});
