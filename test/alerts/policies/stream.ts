import { emptyStream, ok } from '../../health/seen.ts';
import { before, type PolicyCase } from './case.ts';

export const streamOf = (age_seconds?: number) => ({
  streams: ok({
    hatpro: ok({
      ...emptyStream,
      ...(age_seconds === undefined ? {} : { age_seconds, newest_at: before(age_seconds).toISOString() }),
    }),
  }),
});

export const stream: readonly PolicyCase[] = [
  ['stream', streamOf(5400), 'clear', 'hatpro'],
  ['stream', streamOf(5401), 'firing', 'hatpro'],
  ['stream', streamOf(), 'firing', 'hatpro'],
];
