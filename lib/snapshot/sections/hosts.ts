import * as z from 'zod/mini';
import { flag, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const hosts = defineSection({
  many: true,
  source: 'one command over ssh (try: ssh -o BatchMode=yes HOST true)',
  schema: z.looseObject({
    address: words('how it is reached'),
    reached: flag('a command ran there'),
    error: z.optional(words('why it could not be reached')),
  }),
});
