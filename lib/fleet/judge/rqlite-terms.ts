import { causes, cluster, defineJudgement } from '../define.ts';

export const rqliteTerms = defineJudgement({
  name: 'rqlite-terms',
  summary: 'Raft terms of rqlite lie apart',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice:
    'A node with another term does not hear the leader, or belongs to another cluster: see its log, and whether it reaches the others.',
  needs: ['rqlite', 'links'],
  limits: {
    key: 'rqlite-terms',
    side: 'above',
    amber: ['count', 1, 'Raft terms of the nodes that lie further apart than this are a warning'],
  },
  assess: ({ rqlite, links }) => {
    const terms = Object.entries(rqlite).flatMap(([node, { term }]) =>
      term === undefined ? [] : [[node, term] as const],
    );
    if (terms.length < 2) return [];
    const values = terms.map(([, term]) => term);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return [
      {
        subject: cluster,
        value: most - least,
        unit: '',
        prefix: `Raft terms of rqlite lie from ${least} to ${most}, apart by`,
        evidence: Object.fromEntries(terms.map(([node, term]) => [node, `term ${term}`])),
        because: links.cutCause ?? causes.leader,
      },
    ];
  },
});
