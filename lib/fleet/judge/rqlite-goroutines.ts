import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteGoroutines = defineJudgement({
  name: 'rqlite-goroutines',
  summary: 'rqlite of a node has many goroutines: requests pile up',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice: 'See which requests hang (curl NODE:4001/debug/pprof/goroutine?debug=1), and who asks that much.',
  needs: ['rqlite'],
  limits: {
    key: 'rqlite-goroutines',
    side: 'above',
    amber: ['count', 1000, 'more goroutines of rqlite than this are a warning'],
  },
  assess: ({ rqlite }) =>
    measureNodes(rqlite, '', ({ goroutines: value }, node) => ({ value, prefix: `goroutines of rqlite of ${node}:` })),
});
