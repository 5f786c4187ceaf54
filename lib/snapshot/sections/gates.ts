import * as z from 'zod/mini';
import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

const gateVerdicts = ['pass', 'fail', 'unknown'] as const;

export const gates = defineSection({
  many: true,
  source: 'the JSON summary that the gate leaves (try: cat FILE)',
  schema: z.looseObject({
    file: words('summary file'),
    verdict: z.enum(gateVerdicts).register(z.globalRegistry, { long_name: 'what the gate decided' }),
    decided_at: instant('when it decided'),
    age_seconds: quantity('s', 'how old the decision is'),
    counts: z.record(z.string(), z.number()).register(z.globalRegistry, { long_name: 'what it counted', units: '1' }),
    reason: z.optional(words('why it decided so')),
  }),
});
