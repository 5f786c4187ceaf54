import type { Finding } from '../../contract/check.ts';
import { defineJudgement } from '../define.ts';

export const gatewayStatus = defineJudgement({
  name: 'gateway-status',
  summary: 'the health URL of the gateway of a node answers with another status than 200',
  subsystem: 'gateway',
  severities: ['warning'],
  advice: 'Read the answer (curl -i URL): it names the part that is not well.',
  needs: ['gateway'],
  assess: ({ gateway }) =>
    Object.entries(gateway).flatMap(([subject, { http_status: value }]): Finding[] =>
      value === undefined
        ? []
        : [
            {
              subject,
              level: value === 200 ? 'green' : 'amber',
              value,
              unit: '',
              limit: { value: 200, key: '' },
              message: `the gateway of ${subject} answers with status ${value}`,
              clears_when: 'it answers with 200',
            },
          ],
    ),
});
