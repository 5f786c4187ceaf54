import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const load = defineJudgement({
  name: 'load',
  summary: 'more processes want to run on a node than it has processors',
  subsystem: 'system',
  severities: ['warning'],
  advice: 'See what runs (top), and whether it waits for a disk (state D).',
  needs: ['system'],
  limits: {
    key: 'load',
    side: 'above',
    amber: ['factor', 2, 'a load of 1 minute of more than this per processor is a warning'],
  },
  assess: ({ system }) =>
    measureNodes(system, '', ({ load_avg_1: one, cpu_count: processors = 0 }, node) => ({
      value: one === undefined || processors < 1 ? undefined : one / processors,
      prefix: `the load of ${node} is`,
      suffix: ' per processor',
      said: `load ${one} on ${processors} processors`,
    })),
});
