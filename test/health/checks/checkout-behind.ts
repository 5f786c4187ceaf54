import { along, type Case, found } from '../case.ts';
import { checkout } from '../seen.ts';

const {
  upstream: _upstream,
  ahead: _ahead,
  behind: _behind,
  ...withoutUpstream
} = checkout({ branch: '(detached)', detached: true });

export const checkoutBehind: readonly Case[] = [
  ...along(
    {
      under: 'behind',
      limits: { amber: 1 },
      subject: 'processing',
      about: '/opt/processing',
      clears: 'it is below 1',
      given: (behind) => ({ checkouts: { processing: checkout({ behind }) } }),
    },
    [
      [0, 'green', 'amber', ' 0 commits of origin/main'],
      [1, 'amber', 'amber', ' 1 commit'],
      [2, 'amber', 'amber', ' 2 commits of origin/main'],
    ],
  ),
  {
    sees: 'a checkout that has diverged shows both counts',
    given: { checkouts: { processing: checkout({ ahead: 1, behind: 12 }) } },
    find: {
      processing: found('amber', 12, ['limits.behind.amber', 1], ['12 commits of origin/main', 'has 1 commit ']),
    },
  },
  {
    sees: 'being ahead alone is no fault',
    given: { checkouts: { processing: checkout({ ahead: 2, behind: 0 }) } },
    find: { processing: found('green', 0, ['limits.behind.amber', 1], ['2 commits']) },
  },
  {
    sees: 'a checkout without an upstream has no finding',
    given: { checkouts: { processing: withoutUpstream } },
    find: {},
  },
  {
    sees: 'an exception counts for its checkout and for no other',
    given: {
      checkouts: { notebooks: checkout({ path: '/opt/notebooks', behind: 5 }), processing: checkout({ behind: 5 }) },
    },
    limits: { behind: { for: { notebooks: { amber: 6 } } } },
    find: {
      notebooks: found('green', 5, ['limits.behind.for.notebooks.amber', 6], ['/opt/notebooks', ' 5 ']),
      processing: found('amber', 5, ['limits.behind.amber', 1], ['/opt/processing']),
    },
  },
];
