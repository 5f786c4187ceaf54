// An observation: a check's judgement of one subject. The schema on disk and the type in code are both declared here.
import { levels } from '../core/level.ts';
import { words } from './fields.ts';
import { type ContentOf, object, oneOf, optional, scalar, string } from './shape.ts';

export const level = oneOf(levels);

const limit = object({ value: scalar, key: words('where it stands in the configuration') });

/** Fields that an observation and the alert about it have in common. */
export const judgedFields = {
  subject: string,
  value: scalar,
  unit: string,
  limit,
  message: string,
  clears_when: optional(string),
};

export const observationSchema = object({
  id: words('`check:subject`, stable: the name for silences, labels, runbooks and the archive'),
  check: string,
  level,
  ...judgedFields,
  because: optional(words('the reading that is the cause: `hosts.source`, `filesystems.data`')),
  part_of: optional(words('the observation of the whole, where the subject is a part that comes and goes')),
  said: optional(words('what it said, where the snapshot is not believed')),
  runbook: string,
});

export type Observation = Readonly<ContentOf<typeof observationSchema>>;
