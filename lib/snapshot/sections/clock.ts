import * as z from 'zod/mini';
import { flag, instant, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const clock = defineSection({
  many: false,
  source: '/run/systemd/timesync/synchronized, else timedatectl (try: timedatectl)',
  schema: z.looseObject({
    synchronised: flag('clock is synchronised with a time source'),
    told_by: words('who says so'),
    synchronised_at: z.optional(instant('last synchronisation')),
  }),
});
