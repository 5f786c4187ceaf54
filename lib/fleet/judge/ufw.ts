import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const ufw = defineJudgement({
  name: 'ufw',
  summary: 'the firewall ufw of a node is inactive',
  subsystem: 'network',
  severities: ['critical'],
  advice: 'See that its rules let ssh in (ufw show added), then switch it on (ufw enable).',
  needs: ['network'],
  assess: ({ network }) =>
    flagNodes(network, ({ ufw_active: isGood }, node) => ({
      isGood,
      good: `the firewall of ${node} is active`,
      bad: `the firewall of ${node} is inactive`,
    })),
});
