import { type Case, found } from '../case.ts';
import { emptyMirror, mirror } from '../seen.ts';

export const mirrorLag: readonly Case[] = [
  ...(
    [
      [5399, 0.9998, 'green', 'amber', 1],
      [5400, 1, 'green', 'amber', 1],
      [5401, 1.0002, 'amber', 'amber', 1],
      [16_199, 2.9998, 'amber', 'amber', 1],
      [16_200, 3, 'amber', 'amber', 1],
      [16_201, 3.0002, 'red', 'red', 3],
    ] as const
  ).map(([lag, value, level, decided, limit]) => ({
    sees: `a copy that lags by ${lag} s behind a window of 5400 s is ${level}`,
    given: { mirrors: { 'hatpro.gws': mirror({ lag_seconds: lag }) } },
    find: {
      'hatpro.gws': found(
        level,
        value,
        [`limits.lag.${decided}`, limit],
        ['hatpro.gws', 'windows of 1.5h'],
        'it is at or below 1',
      ),
    },
  })),
  {
    sees: 'a copy without files is red, with null for its lag',
    given: { mirrors: { 'hatpro.gws': { ...emptyMirror, source_files: 12, missing_files: 12 } } },
    find: {
      'hatpro.gws': found(
        'red',
        null,
        ['limits.lag.red', 3],
        ['hatpro.gws', 'none of the files', '/gws/hatpro'],
        'the newest files of the source are there',
      ),
    },
  },
  {
    sees: 'an exception counts for its copy',
    given: { mirrors: { 'hatpro.gws': mirror({ lag_seconds: 10_000 }) } },
    limits: { lag: { for: { 'hatpro.gws': { amber: 2 } } } },
    find: { 'hatpro.gws': found('green', 1.8519, ['limits.lag.for.hatpro.gws.amber', 2], ['hatpro.gws']) },
  },
];
