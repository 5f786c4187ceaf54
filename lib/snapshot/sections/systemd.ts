import { names, quantity } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object } from '../../contract/shape.ts';

export const systemd = defineSection({
  many: false,
  source: 'systemctl list-units --state=failed (try: systemctl --failed)',
  noun: 'subject',
  subjects: () => [{ name: 'host', path: [] }],
  schema: object({
    failed_units: names('names of the units that failed'),
    failed: quantity('1', 'units of the machine that failed'),
  }),
  group: 'this machine',
  panels: [{ title: 'Failed units of the machine', field: 'failed', limits: { check: 'host-failed-units' } }],
  table: {
    title: 'Host',
    columns: ['what', 'reading'],
    rows: ({ failed, failed_units }) => [['failed units', failed === 0 ? 'none' : failed_units.join(', ')]],
  },
});
