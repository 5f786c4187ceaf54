import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const olricSuspects = defineJudgement({
  name: 'olric-suspects',
  summary: 'Olric of a node suspected members within an hour',
  subsystem: 'olric',
  severities: ['warning'],
  advice: 'Packets between members are lost: see the network between the nodes, and their load.',
  needs: ['olric', 'links'],
  limits: {
    key: 'olric-suspects',
    side: 'above',
    amber: ['count', 0, 'more suspected members in the log of an hour than this are a warning'],
  },
  assess: ({ olric, links }) =>
    measureNodes(olric, '', ({ log_suspects_1h: value }, node) => ({
      value,
      prefix: `members that Olric of ${node} suspected within an hour:`,
      because: links.cutCause ?? causes.olric(node),
    })),
});
