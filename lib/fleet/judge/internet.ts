import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const internet = defineJudgement({
  name: 'internet',
  summary: 'a node does not reach the internet',
  subsystem: 'network',
  severities: ['warning'],
  advice:
    'See its route and its name servers (ip route; resolvectl status), and whether the URL of node.internet answers elsewhere.',
  needs: ['network'],
  assess: ({ network }) =>
    flagNodes(network, ({ internet_reachable: isGood }, node) => ({
      isGood,
      otherwise: 'amber',
      good: `${node} reaches the internet`,
      bad: `${node} does not reach the internet`,
    })),
});
