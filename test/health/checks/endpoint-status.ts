import type { Level } from '../../../lib/core/level.ts';
import { type Case, found } from '../case.ts';
import { endpoint, unanswered } from '../seen.ts';

const answer = (level: Level, value: number | null, says: readonly string[]) =>
  found(level, value, ['', '2xx or 3xx'], ['https://obs.example.org/', ...says]);

export const endpointStatus: readonly Case[] = [
  ...(
    [
      [100, 'red'],
      [199, 'red'],
      [200, 'green'],
      [204, 'green'],
      [302, 'green'],
      [399, 'green'],
      [400, 'red'],
      [404, 'red'],
      [503, 'red'],
    ] as const
  ).map(([status, level]): Case => ({
    sees: `an answer with status ${status} is ${level}`,
    given: { endpoints: { web: endpoint({ status }) } },
    find: { web: answer(level, status, [String(status)]) },
  })),
  {
    sees: 'no answer is red, and the message shows the reason',
    given: { endpoints: { web: unanswered('connect ECONNREFUSED 192.0.2.7:443') } },
    find: { web: answer('red', null, ['does not answer', 'connect ECONNREFUSED 192.0.2.7:443']) },
  },
  {
    sees: 'an endpoint that does not answer does not affect another',
    given: { endpoints: { api: unanswered('no answer within 5s'), web: endpoint({}) } },
    find: { api: answer('red', null, ['no answer within 5s']), web: answer('green', 200, ['200']) },
  },
];
