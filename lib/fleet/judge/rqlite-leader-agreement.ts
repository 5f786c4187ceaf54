import { causes, cluster, defineJudgement } from '../define.ts';

export const rqliteLeaderAgreement = defineJudgement({
  name: 'rqlite-leader-agreement',
  summary: 'nodes take different nodes for the leader of rqlite',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice:
    'During an election this lasts for seconds. If it lasts: see which nodes are members of which cluster (curl NODE:4001/nodes?pretty).',
  needs: ['rqlite', 'links'],
  assess: ({ rqlite, links }) => {
    const said = Object.entries(rqlite).flatMap(([node, { leader_addr: address }]) =>
      address === undefined ? [] : [[node, address] as const],
    );
    if (said.length < 2) return [];
    const leaders = new Set(said.map(([, address]) => address));
    return [
      {
        subject: cluster,
        level: leaders.size === 1 ? 'green' : 'amber',
        value: leaders.size,
        unit: '',
        limit: { value: 1, key: '' },
        message:
          leaders.size === 1
            ? `all take ${[...leaders].join()} for the leader of rqlite`
            : `rqlite has ${leaders.size} leaders, depending on which node is asked`,
        evidence: Object.fromEntries(said.map(([node, address]) => [node, `takes ${address} for the leader`])),
        clears_when: 'all nodes name the same leader',
        because: links.cutCause ?? causes.leader,
      },
    ];
  },
});
