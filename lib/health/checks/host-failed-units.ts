import { defineCheck } from '../../contract/check.ts';
import { listed } from '../../core/text.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { judgeNumber, limitsUnder } from '../limits.ts';

export const hostFailedUnits = defineCheck<Pick<Readable, 'systemd'>>()({
  name: 'host-failed-units',
  summary: 'units of this machine failed, whoever watches them',
  needs: ['systemd'],
  limits: limitsUnder('failed-units', { amber: ['count', 1, 'from this many failed units on, the host is amber'] }),
  assess: ({ systemd: { failed, failed_units } }, limits) => [
    judgeNumber({
      subject: 'host',
      value: failed,
      unit: '1',
      limits,
      under: 'failed-units',
      side: 'from',
      says: 'failed units:',
      after: failed === 0 ? '' : `: ${listed(failed_units)}`,
    }),
  ],
});
