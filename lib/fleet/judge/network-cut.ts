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
  assess: ({ links: { cut, isWhole } }) => {
    const about = {
      subject: cluster,
      unit: '',
      limit: { value: 1, key: '' },
      clears_when: 'nodes of all sides reach one another',
    };
    if (cut === undefined)
      // Where a node cannot be asked what it reaches, nobody knows whether a cut is over.
      return isWhole ? [{ ...about, level: 'green', value: 1, message: 'all nodes reach one another' }] : [];
    return [
      {
        ...about,
        level: 'red',
        value: cut.sides.length,
        message: `the network is cut: ${cut.sides.map(namesOf).join(' on one side, ')} on ${cut.sides.length === 2 ? 'the other' : 'another'}`,
        evidence: cut.evidence,
      },
    ];
  },
});
