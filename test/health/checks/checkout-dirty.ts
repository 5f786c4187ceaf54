import { along, type Case, found } from '../case.ts';
import { checkout } from '../seen.ts';

export const checkoutDirty: readonly Case[] = [
  ...along(
    {
      under: 'dirty',
      limits: { amber: 1 },
      subject: 'processing',
      about: '/opt/processing',
      clears: 'it is below 1',
      given: (dirty_files) => ({ checkouts: { processing: checkout({ dirty_files, changed_files: dirty_files }) } }),
    },
    [
      [0, 'green', 'amber', ' 0 files'],
      [1, 'amber', 'amber', ' 1 file:'],
      [2, 'amber', 'amber', ' 2 files:'],
    ],
  ),
  {
    sees: 'the message shows the branch and the numbers of changed and untracked files',
    given: { checkouts: { processing: checkout({ dirty_files: 5, changed_files: 1, untracked_files: 4 }) } },
    find: {
      processing: found(
        'amber',
        5,
        ['limits.dirty.amber', 1],
        ['/opt/processing (main)', '5 files', '1 change', '4 unknown'],
      ),
    },
  },
  {
    sees: 'the message shows the number of files in conflict',
    given: { checkouts: { processing: checkout({ dirty_files: 1, conflicted_files: 1 }) } },
    find: { processing: found('amber', 1, ['limits.dirty.amber', 1], ['/opt/processing', '1 file', 'conflict']) },
  },
  {
    sees: 'an exception counts for its checkout and for no other',
    given: {
      checkouts: {
        notebooks: checkout({ path: '/opt/notebooks', dirty_files: 3, untracked_files: 3 }),
        processing: checkout({ dirty_files: 3, untracked_files: 3 }),
      },
    },
    limits: { dirty: { for: { notebooks: { amber: 4 } } } },
    find: {
      notebooks: found('green', 3, ['limits.dirty.for.notebooks.amber', 4], ['/opt/notebooks', '3 files']),
      processing: found('amber', 3, ['limits.dirty.amber', 1], ['/opt/processing', '3 files']),
    },
  },
];
