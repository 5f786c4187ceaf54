import { type Case, found } from '../case.ts';
import { emptyStream, stream } from '../seen.ts';

export const streamAge: readonly Case[] = [
  ...(
    [
      [5399, 'green', 'just within its window'],
      [5400, 'green', 'exactly as old as its window'],
    ] as const
  ).map(([age, level, what]) => ({
    sees: `a stream whose newest data are ${what} is fresh`,
    given: { streams: { hatpro: stream({ age_seconds: age }) } },
    find: { hatpro: found(level, age, ['streams.hatpro.window', 5400], ['hatpro']) },
  })),
  {
    sees: 'a stream whose newest data are just older than its window is stale',
    given: { streams: { hatpro: stream({ age_seconds: 5401 }) } },
    find: {
      hatpro: found(
        'red',
        5401,
        ['streams.hatpro.window', 5400],
        ['hatpro', '5401s'],
        'data not older than 1.5h have arrived',
      ),
    },
  },
  ...(
    [
      [10_800, 'green'],
      [10_801, 'red'],
    ] as const
  ).map(([age, level]) => ({
    sees: `a stream with a window of 3 h and data of ${age} s is ${level}`,
    given: { streams: { hatpro: stream({ window_seconds: 10_800, age_seconds: age }) } },
    find: {
      hatpro: found(level, age, ['streams.hatpro.window', 10_800], ['hatpro'], 'data not older than 3h have arrived'),
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
