import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const panics = defineJudgement({
  name: 'panics',
  summary: 'watched units of a node logged panics or fatal errors within an hour',
  subsystem: 'processes',
  severities: ['critical'],
  advice: 'Read them (journalctl --since -1h --grep "panic|fatal"); the alert ends an hour after the last one.',
  needs: ['processes'],
  limits: {
    key: 'panics',
    side: 'above',
    red: ['count', 0, 'more panics and fatal errors in the log of an hour than this are critical'],
  },
  assess: ({ processes }) =>
    measureNodes(processes, '', ({ panic_count: value }, node) => ({
      value,
      prefix: `panics and fatal errors in the log of ${node} within an hour:`,
    })),
});
