import { causes, cluster, defineJudgement } from '../define.ts';
import { leadershipOf } from '../leader.ts';
import { namesOf } from '../links.ts';

export const rqliteLeader = defineJudgement({
  name: 'rqlite-leader',
  summary: 'rqlite has no leader, or more than one',
  subsystem: 'rqlite',
  severities: ['critical'],
  advice:
    'No leader: see that more than half of the voters run and reach one another. Two: the network is cut, or two clusters share a name.',
  needs: ['rqlite', 'links'],
  assess: ({ rqlite, links }) => {
    const { leaders, state } = leadershipOf(rqlite, links);
    if (state === 'unknown') return [];
    const [leader = ''] = leaders;
    const message = {
      one: `${leader} is the leader of rqlite`,
      several: `rqlite has ${leaders.length} leaders: ${namesOf(leaders)}`,
      doubted: `${leader} says that it leads rqlite, and most nodes do not follow it`,
      elsewhere: 'the leader of rqlite is on a node that does not say so',
      none: 'rqlite has no leader',
    }[state];
    return [
      {
        subject: cluster,
        level: state === 'one' || state === 'elsewhere' ? 'green' : 'red',
        value: leaders.length,
        unit: '',
        limit: { value: 1, key: '' },
        message,
        evidence: Object.fromEntries(
          Object.entries(rqlite).flatMap(([node, { raft_state: said, leader_addr: address }]) =>
            said === undefined
              ? []
              : [
                  [
                    node,
                    said === 'Leader' || address === undefined ? said : `${said}, takes ${address} for the leader`,
                  ],
                ],
          ),
        ),
        clears_when: 'exactly one node is the leader',
        because: links.cutCause ?? (leaders.length === 0 ? causes.voters : undefined),
      },
    ];
  },
});
