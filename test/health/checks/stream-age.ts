import { type Case, found } from '../case.ts';
import { emptyStream, stream } from '../seen.ts';

export const streamAge: readonly Case[] = [
  ...(
    [
      [5400, 5399, 'green', '1.5h'],
      [5400, 5400, 'green', '1.5h'],
      [5400, 5401, 'red', '1.5h', '1h 30m 1s'],
      [10_800, 10_800, 'green', '3h'],
      [10_800, 10_801, 'red', '3h'],
    ] as const
  ).map(([window_seconds, age_seconds, level, window, printed = '']) => ({
    sees: `a stream with a window of ${window} and data of ${age_seconds} s is ${level}`,
    given: { streams: { hatpro: stream({ window_seconds, age_seconds }) } },
    find: {
      hatpro: found(
        level,
        age_seconds,
        ['streams.hatpro.window', window_seconds],
        ['hatpro', printed],
        `data not older than ${window} have arrived`,
      ),
    },
  })),
  {
    sees: 'a stream without any data is stale, not of age 0',
    given: { streams: { hatpro: emptyStream } },
    find: {
      hatpro: found(
        'red',
        null,
        ['streams.hatpro.window', 5400],
        ['hatpro', 'no data at all', '/data/hatpro'],
        'data not older than 1.5h have arrived',
      ),
    },
  },
];
