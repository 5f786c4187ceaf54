import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteCommit = defineJudgement({
  name: 'rqlite-commit',
  summary: 'a node has committed entries of the Raft log that it has not applied',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice: 'The database is slower than the log: see the disk of the node (iostat), and whether the distance grows.',
  needs: ['rqlite'],
  limits: {
    key: 'rqlite-commit',
    side: 'above',
    amber: ['count', 100, 'more entries that are committed and not applied than this are a warning'],
  },
  assess: ({ rqlite }) =>
    measureNodes(rqlite, '', ({ commit_index: committed, applied_index: applied }, node) => ({
      value: committed === undefined || applied === undefined ? undefined : Math.max(0, committed - applied),
      prefix: `entries that rqlite of ${node} has committed and not applied:`,
      said: `committed ${committed}, applied ${applied}`,
    })),
});
