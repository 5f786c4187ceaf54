import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteFsmPending = defineJudgement({
  name: 'rqlite-fsm-pending',
  summary: 'entries of the Raft log wait to be applied on a node',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice: 'The database is slower than what is written to it: see the disk (iostat), and long transactions.',
  needs: ['rqlite'],
  limits: {
    key: 'rqlite-fsm-pending',
    side: 'above',
    amber: ['count', 10, 'more entries that wait than this are a warning'],
  },
  assess: ({ rqlite }) =>
    measureNodes(rqlite, '', ({ fsm_pending: value }, node) => ({
      value,
      prefix: `entries that wait to be applied by rqlite of ${node}:`,
    })),
});
