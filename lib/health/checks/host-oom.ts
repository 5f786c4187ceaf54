import { defineCheck } from '../define.ts';
import { unknownFinding } from '../unknown.ts';

export const hostOom = defineCheck({
  name: 'host-oom',
  summary: 'the kernel killed processes because memory ran out',
  needs: ['host'],
  limits: { key: 'oom', side: 'from', red: ['count', 1, 'from this many kills since the snapshot before on, red'] },
  assess: ({ host: { recent_oom_kills: value, problems } }) =>
    value === undefined
      ? problems?.['oom_kills'] === undefined
        ? []
        : [
            unknownFinding(
              { subject: 'host', unit: '1' },
              'the number of processes killed for want of memory',
              problems['oom_kills'],
            ),
          ]
      : [
          {
            subject: 'host',
            value,
            unit: '1',
            prefix: 'killed for want of memory since the snapshot before:',
            suffix: value === 1 ? ' process' : ' processes',
          },
        ],
});
