import { flag, instant, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';

export const clock = defineSection({
  many: false,
  source: '/run/systemd/timesync/synchronized, else timedatectl (try: timedatectl)',
  noun: 'subject',
  subjects: () => [{ name: 'host', path: [] }],
  schema: object({
    synchronised: flag('clock is synchronised with a time source'),
    told_by: words('time service that reported it'),
    synchronised_at: optional(instant('last synchronisation')),
  }),
  group: 'this machine',
  table: {
    title: 'Host',
    columns: ['what', 'reading'],
    rows: ({ synchronised, told_by }) => [['clock', `${synchronised ? '' : 'not '}synchronised (${told_by})`]],
  },
});
