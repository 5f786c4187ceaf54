import { type Case, found } from '../case.ts';
import { emptyMirror, mirror } from '../seen.ts';

export const mirrorCoverage: readonly Case[] = [
  ...(
    [
      [99.0001, 'green', 'amber', 99],
      [99, 'green', 'amber', 99],
      [98.9999, 'amber', 'amber', 99],
      [95, 'amber', 'amber', 99],
      [94.9999, 'red', 'red', 95],
    ] as const
  ).map(([value, level, decided, limit]) => ({
    sees: `a copy with ${value} % of the files is ${level}`,
    given: {
      mirrors: {
        'hatpro.gws': mirror({ coverage_percent: value, missing_files: 3, missing_names: ['a.nc', 'b.nc', 'c.nc'] }),
      },
    },
    find: {
      'hatpro.gws': found(
        level,
        value,
        [`limits.coverage.${decided}`, limit],
        ['hatpro.gws', '3 are missing: a.nc, b.nc and 1 more'],
        'it is at or above 99 %',
      ),
    },
  })),
  ...(
    [
      [1, 188, ['a.nc'], ' of 188 files, 1 is missing: a.nc'],
      [188, 188, ['a.nc', 'b.nc', 'c.nc', 'd.nc', 'e.nc'], ' of 188 files, 188 are missing: a.nc, b.nc and 186 more'],
      [2, 3, ['a.nc', 'b.nc'], ' of 3 files, 2 are missing: a.nc, b.nc'],
      [1, 1, ['a.nc'], ' of 1 file, 1 is missing: a.nc'],
      [2, 3, undefined, ' of 3 files, 2 are missing'],
    ] as const
  ).map(([missing_files, source_files, missing_names, text]) => ({
    sees: `${missing_files} missing of ${source_files} are counted and named: ${text}`,
    given: {
      mirrors: {
        'hatpro.gws': mirror({
          coverage_percent: 50,
          missing_files,
          source_files,
          ...(missing_names ? { missing_names: [...missing_names] } : {}),
        }),
      },
    },
    find: {
      'hatpro.gws': found('red', 50, ['limits.coverage.red', 95], ['hatpro.gws', text], 'it is at or above 99 %'),
    },
  })),
  { sees: 'a copy of an empty source has no coverage', given: { mirrors: { 'hatpro.gws': emptyMirror } }, find: {} },
  {
    sees: 'an exception counts for its copy',
    given: { mirrors: { 'hatpro.gws': mirror({ coverage_percent: 92 }) } },
    limits: { coverage: { for: { 'hatpro.gws': { amber: '90%', red: '80%' } } } },
    find: { 'hatpro.gws': found('green', 92, ['limits.coverage.for.hatpro.gws.amber', 90], ['hatpro.gws']) },
  },
];
