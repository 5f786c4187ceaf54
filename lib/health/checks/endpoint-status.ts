import { defineCheck } from '../define.ts';

export const endpointStatus = defineCheck({
  name: 'endpoint-status',
  summary: 'a URL does not answer, or answers with an error',
  needs: ['endpoints'],
  assess: ({ endpoints }) =>
    Object.entries(endpoints).map(([subject, { url, status, error }]) => {
      const good = status !== undefined && status >= 200 && status < 400;
      return {
        subject,
        level: good ? 'green' : 'red',
        value: status ?? null,
        unit: '',
        limit: { value: '2xx or 3xx', key: '' },
        message: status === undefined ? `${url} does not answer: ${error}` : `${url} answers with status ${status}`,
        clears_when: 'it answers with a status of 200 to 399',
      };
    }),
});
