import * as z from 'zod/mini';
import { flag, instant, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const clock = defineSection({
  many: false,
  source: '/run/systemd/timesync/synchronized, else timedatectl (try: timedatectl)',
  noun: 'subject',
  subjects: () => [{ name: 'host', path: [] }],
  schema: z.looseObject({
    synchronised: flag('clock is synchronised with a time source'),
    told_by: words('time service that reported it'),
    synchronised_at: z.optional(instant('last synchronisation')),
  }),
  table: {
    title: 'Host',
    columns: ['what', 'reading'],
    rows: ({ synchronised, told_by }) => [['clock', `${synchronised ? '' : 'not '}synchronised (${told_by})`]],
  },
});
