// A check's judgement of one subject, as it lies on disk and as code passes it on: declared once, here.
import * as z from 'zod/mini';
import { levels } from '../core/level.ts';
import { scalar, words } from './fields.ts';

export const level = z.enum(levels);

const limit = { value: scalar, key: words('where it stands in the configuration') };

/** What an observation and the alert about it have in common. */
export const judgedFields = {
  subject: z.string(),
  value: scalar,
  unit: z.string(),
  limit: z.looseObject(limit) as unknown as z.ZodMiniObject<typeof limit>,
  message: z.string(),
  clears_when: z.optional(z.string()),
};

const fields = {
  id: words('`check:subject`, stable: the name for silences, labels, runbooks and the archive'),
  check: z.string(),
  level,
  ...judgedFields,
  because: z.optional(words('the reading that is the cause: `hosts.source`, `filesystems.data`')),
  said: z.optional(words('what it said, where the snapshot is not believed')),
  runbook: z.string(),
};

/** Loose: what a newer version adds survives an older reader. */
export const observationSchema = z.looseObject(fields);

/** In code without the keys that nobody here knows. */
export type Observation = Readonly<z.output<z.ZodMiniObject<typeof fields>>>;
