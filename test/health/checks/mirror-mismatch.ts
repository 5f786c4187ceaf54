import { type Case, found } from '../case.ts';
import { emptyMirror, mirror } from '../seen.ts';

export const mirrorMismatch: readonly Case[] = [
  {
    sees: 'a copy whose files all have their size is green',
    given: { mirrors: { 'hatpro.gws': mirror({}) } },
    find: { 'hatpro.gws': found('green', 0, ['limits.mismatch.amber', 1], ['hatpro.gws']) },
  },
  {
    sees: 'two files of another size make a copy no more than amber',
    given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 2, worst: ['a.nc', 'b.nc'] }) } },
    find: {
      'hatpro.gws': found(
        'amber',
        2,
        ['limits.mismatch.amber', 1],
        ['hatpro.gws', '2 files of another size'],
        'it is below 1',
      ),
    },
  },
  {
    sees: 'one file of another size makes a copy amber',
    given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 1, worst: ['2026/11/19/a.nc'] }) } },
    find: {
      'hatpro.gws': found(
        'amber',
        1,
        ['limits.mismatch.amber', 1],
        ['hatpro.gws', '1 file of another size', '2026/11/19/a.nc'],
        'it is below 1',
      ),
    },
  },
  {
    sees: 'a copy of an empty source has no finding, because nothing was compared',
    given: { mirrors: { 'hatpro.gws': emptyMirror } },
    find: {},
  },
  {
    sees: 'a copy without files has no finding, because nothing was compared',
    given: { mirrors: { 'hatpro.gws': { ...emptyMirror, source_files: 12, missing_files: 12 } } },
    find: {},
  },
  {
    sees: 'an exception counts for its copy',
    given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 2 }) } },
    limits: { mismatch: { for: { 'hatpro.gws': { amber: 3 } } } },
    find: { 'hatpro.gws': found('green', 2, ['limits.mismatch.for.hatpro.gws.amber', 3], ['hatpro.gws']) },
  },
];
