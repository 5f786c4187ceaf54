import type { Case } from '../case.ts';
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
    find: { hatpro: { level, value: age, key: 'streams.hatpro.window', limit: 5400, says: ['hatpro'] } },
  })),
  {
    sees: 'a stream whose newest data are just older than its window is stale',
    given: { streams: { hatpro: stream({ age_seconds: 5401 }) } },
    find: {
      hatpro: {
        level: 'red',
        value: 5401,
        key: 'streams.hatpro.window',
        limit: 5400,
        says: ['hatpro', '5401s'],
        clears: 'data not older than 1.5h have arrived',
      },
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
      hatpro: {
        level,
        value: age,
        key: 'streams.hatpro.window',
        limit: 10_800,
        says: ['hatpro'],
        ...(level === 'red' ? { clears: 'data not older than 3h have arrived' } : {}),
      },
    },
  })),
  {
    sees: 'a stream without any data is stale, not of age 0',
    given: { streams: { hatpro: emptyStream } },
    find: {
      hatpro: {
        level: 'red',
        value: null,
        key: 'streams.hatpro.window',
        limit: 5400,
        says: ['hatpro', 'no data at all', '/data/hatpro'],
        clears: 'data not older than 1.5h have arrived',
      },
    },
  },
];
