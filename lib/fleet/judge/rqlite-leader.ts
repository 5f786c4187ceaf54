import { causes, cluster, defineJudgement } from '../define.ts';
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
    const states = Object.entries(rqlite).filter(([, { raft_state: state }]) => state !== undefined);
    if (states.length === 0) return [];
    const leaders = states.flatMap(([node, { raft_state: state }]) => (state === 'Leader' ? [node] : []));
    // A leader may run on a node that does not report, or whose rqlite did not say its state.
    // Most must name it: a single node may be wrong, or lie.
    const named = Map.groupBy(
      states.flatMap(([, { leader_addr: address }]) => address ?? []),
      (address) => address,
    );
    const isElsewhere = [...named].some(
      ([address, votes]) =>
        votes.length * 2 > states.length &&
        !links.raftNodes(address).some((node) => rqlite[node]?.raft_state !== undefined),
    );
    const [leader = ''] = leaders;
    // Likewise a node that says it leads is not believed where most look for a leader, or name another.
    const own = rqlite[leader]?.leader_addr;
    const doubters = states.filter(
      ([node, { raft_state: state, leader_addr: address }]) =>
        node !== leader && (state === 'Candidate' || (address !== undefined && own !== undefined && address !== own)),
    );
    const isBelieved = leaders.length === 1 && doubters.length * 2 <= states.length;
    const isOne = isBelieved || (leaders.length === 0 && isElsewhere);
    return [
      {
        subject: cluster,
        level: isOne ? 'green' : 'red',
        value: leaders.length,
        unit: '',
        limit: { value: 1, key: '' },
        message: !isOne
          ? leaders.length === 0
            ? 'rqlite has no leader'
            : leaders.length === 1
              ? `${leader} says that it leads rqlite, and most nodes do not follow it`
              : `rqlite has ${leaders.length} leaders: ${namesOf(leaders)}`
          : leaders.length === 0
            ? 'the leader of rqlite is on a node that does not say so'
            : `${leader} is the leader of rqlite`,
        evidence: Object.fromEntries(
          states.map(([node, { raft_state: state = '', leader_addr: address }]) => [
            node,
            state === 'Leader' || address === undefined ? state : `${state}, takes ${address} for the leader`,
          ]),
        ),
        clears_when: 'exactly one node is the leader',
        because: links.cutCause ?? (leaders.length === 0 ? causes.voters : undefined),
      },
    ];
  },
});
