import { causes, defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const rqliteReady = defineJudgement({
  name: 'rqlite-ready',
  summary: 'rqlite of a node answers, but is not ready',
  subsystem: 'rqlite',
  severities: ['warning'],
  advice:
    'See what it says (curl NODE:4001/readyz): without a leader no node is ready, and one that has just started needs time.',
  needs: ['rqlite', 'links'],
  assess: ({ rqlite, links }) =>
    flagNodes(rqlite, ({ ready, ready_says: says = '' }, node) => ({
      isGood: ready,
      otherwise: 'amber',
      good: `rqlite of ${node} is ready`,
      bad: `rqlite of ${node} is not ready${says === '' ? '' : `: ${says}`}`,
      because: links.minorityCause(node) ?? causes.leader,
    })),
});
