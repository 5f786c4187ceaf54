import { cluster, defineJudgement } from '../define.ts';
import { namesOf } from '../links.ts';

export const networkCut = defineJudgement({
  name: 'network-cut',
  summary:
    'the network between nodes that report is cut in two or more sides, and no node of one reaches one of another',
  subsystem: 'network',
  severities: ['critical'],
  advice:
    'Look at what lies between the sides: routes, firewalls, the switch or provider. The side with more than half of the voters of rqlite goes on, the other waits.',
  needs: ['links'],
  assess: ({ links: { cut } }) =>
    cut === undefined
      ? []
      : [
          {
            subject: cluster,
            level: 'red',
            value: cut.sides.length,
            unit: '',
            limit: { value: 1, key: '' },
            message: `the network is cut: ${cut.sides.map(namesOf).join(' on one side, ')} on ${cut.sides.length === 2 ? 'the other' : 'another'}`,
            evidence: cut.evidence,
            clears_when: 'nodes of all sides reach one another',
          },
        ],
});
