import { along, type Case, found } from '../case.ts';
import { emptyMirror, mirror } from '../seen.ts';

export const mirrorMismatch: readonly Case[] = [
  ...along(
    {
      under: 'mismatch',
      limits: { amber: 1 },
      subject: 'hatpro.gws',
      about: 'the copy hatpro.gws',
      clears: 'it is below 1',
      given: (mismatched_files) => ({
        mirrors: {
          'hatpro.gws': mirror({
            mismatched_files,
            worst: ['missing.nc', 'a.nc'],
            ...(mismatched_files === 0
              ? {}
              : { mismatched_names: ['2026/11/19/a.nc', 'b.nc', 'c.nc', 'd.nc', 'e.nc'].slice(0, mismatched_files) }),
          }),
        },
      }),
    },
    [
      [0, 'green', 'amber'],
      [1, 'amber', 'amber', ' 1 file of another size: 2026/11/19/a.nc'],
      [2, 'amber', 'amber', ' 2 files of another size: 2026/11/19/a.nc, b.nc'],
      [188, 'amber', 'amber', ' 188 files of another size: 2026/11/19/a.nc, b.nc and 186 more'],
    ],
  ),
  {
    sees: 'a copy of an empty source and a copy without files have no finding, because nothing was compared',
    given: { mirrors: { empty: emptyMirror, missing: { ...emptyMirror, source_files: 12, missing_files: 12 } } },
    find: {},
  },
  {
    sees: 'an exception counts for its copy',
    given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 2 }) } },
    limits: { mismatch: { for: { 'hatpro.gws': { amber: 3 } } } },
    find: { 'hatpro.gws': found('green', 2, ['limits.mismatch.for.hatpro.gws.amber', 3], ['hatpro.gws']) },
  },
];
