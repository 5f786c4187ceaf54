import { counted } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

export const checkoutBehind = defineCheck({
  name: 'checkout-behind',
  summary: 'a git checkout lacks commits of its upstream, as far as was fetched',
  needs: ['checkouts'],
  limits: {
    key: 'behind',
    side: 'from',
    amber: ['count', 1, 'from this many missing commits on, a checkout is amber'],
  },
  assess: ({ checkouts }) =>
    Object.entries(checkouts).flatMap(([subject, { path, branch, upstream, ahead = 0, behind }]) =>
      behind === undefined
        ? []
        : {
            subject,
            value: behind,
            unit: '1',
            prefix: `${path} (${branch}) lacks`,
            suffix: ` ${behind === 1 ? 'commit' : 'commits'} of ${upstream}${ahead > 0 ? ` and has ${counted(ahead, 'commit')} that it lacks` : ''}`,
          },
    ),
});
