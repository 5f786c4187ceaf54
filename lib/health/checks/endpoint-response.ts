import { defineCheck } from '../../contract/check.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';

export const endpointResponse = defineCheck<Pick<Readable, 'endpoints'>>()({
  name: 'endpoint-response',
  summary: 'a URL answers slowly',
  needs: ['endpoints'],
  assess: ({ endpoints }) =>
    Object.entries(endpoints).flatMap(([subject, { url, answered, response_ms, slow_seconds }]) => {
      // No answer is endpoint-status's to tell: how long it did not come is no response time.
      if (!answered) return [];
      const value = Math.round(response_ms * 10) / 10_000; // no digits that nobody measured
      const key = subject === 'dashboard' ? 'dashboard.slow' : `endpoints.${subject}.slow`;
      return {
        subject,
        value,
        unit: 's',
        says: `${url} answers in`,
        limits: { side: 'above', amber: { value: slow_seconds, key } },
        clears_when: `it answers within ${formatDuration(slow_seconds)}`,
      };
    }),
});
