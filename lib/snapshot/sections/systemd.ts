import * as z from 'zod/mini';
import { names, quantity } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const systemd = defineSection({
  many: false,
  source: 'systemctl list-units --state=failed (try: systemctl --failed)',
  schema: z.looseObject({
    failed_units: names('names of the units that failed'),
    failed: quantity('1', 'units of the machine that failed'),
  }),
});
