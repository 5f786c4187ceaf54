// An observation: a check's judgement of one subject. The schema on disk and the type in code are both declared here.
import * as z from 'zod/mini';
import { levels } from '../core/level.ts';
import { scalar, words } from './fields.ts';

export const level = z.enum(levels);

const limit = { value: scalar, key: words('where it stands in the configuration') };

/** Fields that an observation and the alert about it have in common. */
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

/** A loose object: keys that a newer version added survive an older reader. */
export const observationSchema = z.looseObject(fields);

/** Without the index signature of the loose object. */
export type Observation = Readonly<z.output<z.ZodMiniObject<typeof fields>>>;
