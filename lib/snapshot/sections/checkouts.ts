import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import type { SnapshotConfig } from '../config.ts';

export const checkouts = defineSection({
  many: true,
  source: 'git status --porcelain=v2 --branch, without locks and without network (try: git -C PATH status)',
  noun: 'checkout',
  subjects: ({ git }: SnapshotConfig) => namesUnder('git', git),
  places: ({ git }: SnapshotConfig) => Object.entries(git).map(([item, path]) => ({ item, path, key: ['git', item] })),
  schema: object({
    path: words('path of the checkout'),
    branch: words('branch'),
    commit: words('commit'),
    detached: flag('no branch is checked out'),
    has_submodules: optional(flag('it has submodules, into whose files nothing looks')),
    upstream: optional(words('branch it follows')),
    // Missing without an upstream that is known locally: the counts are then unknown, not 0.
    ahead: optional(quantity('1', 'commits that the upstream, as last fetched, does not have')),
    behind: optional(quantity('1', 'commits of the upstream, as last fetched, that are missing here')),
    changed_files: quantity('1', 'tracked files changed'),
    untracked_files: quantity('1', 'files that git does not know'),
    conflicted_files: quantity('1', 'files with conflicts'),
    dirty_files: quantity('1', 'files changed, unknown or in conflict'),
  }),
  group: 'web, git',
  table: {
    title: 'Checkouts',
    columns: ['name', 'branch', 'commit', 'dirty files', 'ahead', 'behind'],
    rows: (checkout, name) => [
      [
        name,
        checkout.branch,
        checkout.commit.slice(0, 12),
        `${checkout.dirty_files}${checkout.has_submodules ? ', without submodules' : ''}`,
        checkout.ahead === undefined ? 'no upstream' : String(checkout.ahead),
        checkout.behind === undefined ? '' : String(checkout.behind),
      ],
    ],
  },
});
