import { listed } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

export const hostFailedUnits = defineCheck({
  name: 'host-failed-units',
  summary: 'systemd units of this machine failed, also units that the configuration does not list',
  needs: ['systemd'],
  limits: {
    key: 'failed-units',
    side: 'from',
    amber: ['count', 1, 'from this many failed units on, the host is amber'],
  },
  assess: ({ systemd: { failed, failed_units } }) => [
    {
      subject: 'host',
      value: failed,
      unit: '1',
      prefix: 'failed units:',
      suffix: failed === 0 ? '' : `: ${listed(failed_units)}`,
    },
  ],
});
