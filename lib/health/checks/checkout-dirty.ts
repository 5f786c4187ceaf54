import { counted } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

export const checkoutDirty = defineCheck({
  name: 'checkout-dirty',
  summary: 'a git checkout has changes that nobody committed',
  needs: ['checkouts'],
  limits: {
    key: 'dirty',
    side: 'from',
    amber: ['count', 1, 'from this many changed, unknown or conflicting files on, a checkout is amber'],
  },
  assess: ({ checkouts }) =>
    Object.entries(checkouts).map(
      ([subject, { path, branch, dirty_files, has_submodules, changed_files, untracked_files, conflicted_files }]) => ({
        subject,
        value: dirty_files,
        unit: '1',
        prefix: `${path} (${branch}) differs from its commit in`,
        ...(has_submodules
          ? { note: '; its submodules are not looked into: configure each as a checkout of its own' }
          : {}),
        suffix: ` ${dirty_files === 1 ? 'file' : 'files'}: ${counted(changed_files, 'change')}, ${untracked_files} unknown${conflicted_files === 0 ? '' : `, ${counted(conflicted_files, 'conflict')}`}`,
      }),
    ),
});
