import { formatLimit } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';

export const endpointResponse = defineCheck({
  name: 'endpoint-response',
  summary: 'a URL answers slowly',
  needs: ['endpoints'],
  assess: ({ endpoints }) =>
    Object.entries(endpoints).flatMap(([subject, { url, answered, response_ms, slow_seconds }]) => {
      // endpoint-status reports a missing answer; the time until the timeout is no response time.
      if (!answered) return [];
      const value = Math.round(response_ms * 10) / 10_000; // ms to s, without digits that were not measured
      const key = subject === 'dashboard' ? 'dashboard.slow' : `endpoints.${subject}.slow`;
      return {
        subject,
        value,
        unit: 's',
        prefix: `${url} answers in`,
        limits: { side: 'above', amber: { value: slow_seconds, key } },
        clears_when: `it answers within ${formatLimit(slow_seconds)}`,
      };
    }),
});
