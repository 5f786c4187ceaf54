import { causes, defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const olricMemberlist = defineJudgement({
  name: 'olric-memberlist',
  summary: 'Olric of a node does not listen for other members',
  subsystem: 'olric',
  severities: ['critical'],
  advice: 'See bindAddr and bindPort of memberlist in its configuration, and its log.',
  needs: ['olric'],
  assess: ({ olric }) =>
    flagNodes(olric, ({ memberlist_up: isGood }, node) => ({
      isGood,
      good: `Olric of ${node} listens for other members`,
      bad: `Olric of ${node} does not listen for other members`,
      because: causes.olric(node),
    })),
});
