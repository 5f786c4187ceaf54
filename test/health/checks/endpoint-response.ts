import { type Case, found } from '../case.ts';
import { endpoint, unanswered } from '../seen.ts';

export const endpointResponse: readonly Case[] = [
  ...(
    [
      [0.5, 'green', 0.0005, '1ms'],
      [1999.9, 'green', 1.9999, '1.9999s'],
      [2000, 'green', 2, '2s'],
      [2000.1, 'amber', 2.0001],
      [2100, 'amber', 2.1, '2.1s'],
    ] as const
  ).map(([response_ms, level, value, printed]): Case => ({
    sees: `an answer after ${response_ms} ms where 2 s is slow is ${level}`,
    given: { endpoints: { web: endpoint({ response_ms }) } },
    find: {
      web: found(
        level,
        value,
        ['endpoints.web.slow', 2],
        ['https://obs.example.org/', ...(printed === undefined ? [] : [printed]), 'amber above 2s'],
        'it answers within 2s',
      ),
    },
  })),
  {
    sees: 'each endpoint has its own limit, and the limit of the dashboard has another key',
    given: {
      endpoints: {
        dashboard: endpoint({ response_ms: 600, slow_seconds: 0.5 }),
        web: endpoint({ response_ms: 600, slow_seconds: 10 }),
      },
    },
    find: {
      dashboard: found('amber', 0.6, ['dashboard.slow', 0.5], ['600ms', '500ms']),
      web: found('green', 0.6, ['endpoints.web.slow', 10], ['600ms', '10s']),
    },
  },
  {
    sees: 'an endpoint that does not answer has no response time',
    given: { endpoints: { web: unanswered('no answer within 5s') } },
    find: {},
  },
  {
    sees: 'an answer with an error status has a response time',
    given: { endpoints: { web: endpoint({ status: 503, response_ms: 3000 }) } },
    find: { web: found('amber', 3, ['endpoints.web.slow', 2], ['3s']) },
  },
];
