import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteApplied = defineJudgement({
  name: 'rqlite-applied',
  summary: 'a node has applied fewer entries of the Raft log than the leader',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice:
    'If the distance grows, the node cannot keep up: see its disk and load, and its log. Nodes that write a lot differ by what is written between two reports.',
  needs: ['rqlite', 'links'],
  limits: {
    key: 'rqlite-applied',
    side: 'above',
    amber: ['count', 100, 'more entries behind the leader than this are a warning'],
  },
  assess: ({ rqlite, links }) => {
    const all = Object.entries(rqlite).filter(([, { applied_index: index }]) => index !== undefined);
    const leaders = all.filter(([, { raft_state: state }]) => state === 'Leader');
    // Without a leader, the node that is ahead of all.
    const [first] = (leaders.length === 0 ? all : leaders).toSorted(
      ([, one], [, other]) => (other.applied_index ?? 0) - (one.applied_index ?? 0),
    );
    if (first === undefined || all.length < 2) return [];
    const [ahead, { applied_index: reference = 0 }] = first;
    return measureNodes(rqlite, '', ({ applied_index: index }, node) => ({
      value: index === undefined || node === ahead ? undefined : Math.max(0, reference - index),
      prefix: `rqlite of ${node} is behind ${ahead} by`,
      suffix: ' entries',
      said: `has applied ${index}; ${ahead} has ${reference}`,
      because: links.minorityCause(node) ?? causes.rqlite(node),
    }));
  },
});
