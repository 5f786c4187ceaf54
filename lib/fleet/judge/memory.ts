import { defineJudgement } from '../define.ts';

export const memory = defineJudgement({
  name: 'memory',
  summary: 'memory runs short on a node',
  subsystem: 'system',
  advice: 'See what uses it (ps --sort=-rss, systemd-cgtop), and stop it or give the node more.',
  needs: ['system'],
  limits: {
    key: 'memory',
    side: 'above',
    amber: ['percent', '90%', 'more of the memory in use than this is a warning'],
  },
  assess: ({ system }) =>
    Object.entries(system).flatMap(([subject, { mem_use_pct: value, mem_available_mb: left, mem_total_mb: total }]) =>
      value === undefined
        ? []
        : {
            subject,
            value,
            unit: 'percent',
            prefix: `memory of ${subject} is`,
            suffix: ' in use',
            evidence: { [subject]: `${left ?? '?'} of ${total ?? '?'} MiB are available` },
          },
    ),
});
