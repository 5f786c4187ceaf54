import { causes, defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const rqliteRead = defineJudgement({
  name: 'rqlite-read',
  summary: 'a strong or linearizable read on a node fails',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice:
    'The read goes through the leader: see whether there is one, whether this node reaches it, and how busy it is.',
  needs: ['rqlite', 'links'],
  assess: ({ rqlite, links }) =>
    flagNodes(
      rqlite,
      ({ strong_read: works, strong_read_level: level = 'strong', strong_read_says: says = '' }, node) => ({
        isGood: works,
        otherwise: 'amber',
        good: `a ${level} read on ${node} succeeds`,
        bad: `a ${level} read on ${node} fails${says === '' ? '' : `: ${says}`}`,
        because: links.minorityCause(node) ?? causes.leader,
      }),
    ),
});
