import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const olricMembers = defineJudgement({
  name: 'olric-members',
  summary: 'Olric of a node sees fewer members than nodes run it',
  subsystem: 'olric',
  severities: ['warning'],
  advice: 'See whether its memberlist port (TCP and UDP) reaches the others, and the peers in its configuration.',
  needs: ['olric', 'links'],
  assess: ({ olric, links }) => {
    const expected = Object.values(olric).filter(({ responsive }) => responsive === true).length;
    return measureNodes(olric, '', ({ member_count: value, members = [] }, node) => ({
      value,
      prefix: `Olric of ${node} sees`,
      message: `Olric of ${node} sees ${value} of ${expected} members`,
      said: `sees ${members.slice(0, 20).join(', ') || value}`,
      limits: { side: 'below', amber: { value: expected, key: '' } },
      because: links.cutCause ?? causes.olric(node),
    }));
  },
});
