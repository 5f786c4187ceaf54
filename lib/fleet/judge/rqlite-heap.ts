import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteHeap = defineJudgement({
  name: 'rqlite-heap',
  summary: 'rqlite of a node uses much memory',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice: 'See which queries return that much, and whether a database in memory has grown.',
  needs: ['rqlite'],
  limits: {
    key: 'rqlite-heap',
    side: 'above',
    amber: ['count', 1000, 'a heap of rqlite of more MiB than this is a warning'],
  },
  assess: ({ rqlite }) =>
    measureNodes(rqlite, 'MiB', ({ heap_mb: value }, node) => ({ value, prefix: `the heap of rqlite of ${node} is` })),
});
