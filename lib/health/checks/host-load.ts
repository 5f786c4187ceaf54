import { counted } from '../../core/text.ts';
import { defineCheck } from '../define.ts';
import { unknownFinding } from '../unknown.ts';

export const hostLoad = defineCheck({
  name: 'host-load',
  summary: 'more work waits than the processors can do',
  needs: ['host'],
  limits: {
    key: 'load',
    side: 'above',
    amber: ['factor', 2, 'a load average over 5 minutes above this many times the processors is amber'],
  },
  assess: ({ host: { load_5, cpus, problems } }) => [
    load_5 === undefined || cpus === undefined
      ? unknownFinding({ subject: 'host', unit: '1' }, 'the load', problems?.['load'] ?? problems?.['cpus'])
      : {
          subject: 'host',
          value: load_5 / cpus,
          unit: '1',
          prefix: `the load of the last 5 minutes is ${load_5} on ${counted(cpus, 'processor')}, a processor's share`,
        },
  ],
});
