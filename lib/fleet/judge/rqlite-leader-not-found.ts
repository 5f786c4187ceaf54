import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteLeaderNotFound = defineJudgement({
  name: 'rqlite-leader-not-found',
  summary: 'requests to rqlite of a node found no leader lately',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice:
    'A few belong to each election. If they go on: see whether the node reaches the leader, and why leaders change.',
  needs: ['rqlite', 'links'],
  limits: {
    key: 'rqlite-leader-not-found',
    side: 'above',
    amber: ['count', 0, 'more such requests than this are a warning'],
  },
  assess: ({ rqlite, links }) =>
    measureNodes(rqlite, '', ({ recent_errors: recent }, node) => ({
      value: recent?.leader_not_found,
      prefix: `requests to rqlite of ${node} without a leader lately:`,
      because: links.minorityCause(node) ?? causes.leader,
    })),
});
