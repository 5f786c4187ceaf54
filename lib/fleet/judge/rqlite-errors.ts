import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const rqliteErrors = defineJudgement({
  name: 'rqlite-errors',
  summary: 'queries or executions of rqlite of a node failed lately',
  subsystem: 'rqlite',
  severities: ['info'],
  advice: 'Mostly wrong SQL of an application: its log and the replies of rqlite name it.',
  needs: ['rqlite'],
  limits: {
    key: 'rqlite-errors',
    side: 'above',
    amber: ['count', 0, 'more failed queries and executions than this are noted'],
  },
  assess: ({ rqlite }) =>
    measureNodes(rqlite, '', ({ recent_errors: { query_errors: queries, execute_errors: executions } = {} }, node) => ({
      value: queries === undefined && executions === undefined ? undefined : (queries ?? 0) + (executions ?? 0),
      prefix: `queries and executions of rqlite of ${node} that failed lately:`,
    })),
});
