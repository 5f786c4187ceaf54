import { cluster, defineJudgement } from '../define.ts';

export const rqliteLeader = defineJudgement({
  name: 'rqlite-leader',
  summary: 'rqlite has no leader, or more than one',
  subsystem: 'rqlite',
  advice:
    'No leader: see that more than half of the voters run and reach one another. Two: the network is cut, or two clusters share a name.',
  needs: ['rqlite'],
  assess: ({ rqlite }) => {
    const states = Object.entries(rqlite).filter(([, { responsive }]) => responsive === true);
    if (states.length === 0) return [];
    const leaders = states.filter(([, { raft_state }]) => raft_state === 'Leader').map(([node]) => node);
    return [
      {
        subject: cluster,
        level: leaders.length === 1 ? 'green' : 'red',
        value: leaders.length,
        unit: '',
        limit: { value: 1, key: '' },
        message:
          leaders.length === 1
            ? `${leaders[0]} is the leader of rqlite`
            : leaders.length === 0
              ? 'rqlite has no leader'
              : `rqlite has ${leaders.length} leaders: ${leaders.join(', ')}`,
        evidence: Object.fromEntries(states.map(([node, { raft_state = 'unknown' }]) => [node, raft_state])),
        clears_when: 'exactly one node is the leader',
      },
    ];
  },
});
