import * as z from 'zod/mini';
import { flag, instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const endpoints = defineSection({
  many: true,
  source: 'one GET, redirects not followed (try: curl -sv -o /dev/null URL)',
  schema: z.looseObject({
    url: words('address asked'),
    answered: flag('an HTTP answer came'),
    status: z.optional(quantity('1', 'HTTP status')),
    response_ms: quantity('ms', 'time to the head of the answer'),
    /** Configured with the endpoint, like a stream's window. */
    slow_seconds: quantity('s', 'time above which an answer counts as slow'),
    error: z.optional(words('why no answer came')),
    certificate_days_left: z.optional(quantity('d', 'days until the certificate ends')),
    certificate_expires_at: z.optional(instant('end of the certificate')),
    certificate_problem: z.optional(words('why a browser would refuse the certificate')),
  }),
});
