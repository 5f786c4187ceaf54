import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteSnapshots = defineJudgement({
  name: 'rqlite-snapshots',
  summary: 'snapshots of the Raft log of a node failed lately',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice: 'See its log and its disk: without snapshots the Raft log grows until the disk is full.',
  needs: ['rqlite'],
  limits: {
    key: 'rqlite-snapshots',
    side: 'above',
    amber: ['count', 0, 'more failed snapshots than this are a warning'],
  },
  assess: ({ rqlite }) =>
    measureNodes(rqlite, '', ({ recent_errors: recent }, node) => ({
      value: recent?.snapshot_errors,
      prefix: `snapshots of rqlite of ${node} that failed lately:`,
    })),
});
