import { formatMeasure } from '../../core/quantity.ts';
import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const anyoneBootstrap = defineJudgement({
  name: 'anyone-bootstrap',
  summary: 'Anyone of a node has not joined its network',
  subsystem: 'anyone',
  severities: ['warning'],
  advice: 'See its log (journalctl -u anon@default), and whether the node reaches the internet and its clock is right.',
  needs: ['anyone'],
  assess: ({ anyone }) =>
    flagNodes(anyone, ({ bootstrapped, bootstrap_pct: share }, node) => ({
      isGood: bootstrapped ?? (share === undefined ? undefined : share >= 100),
      otherwise: 'amber',
      good: `Anyone of ${node} has joined its network`,
      bad: `Anyone of ${node} has not joined its network${share === undefined ? '' : `: it is ${formatMeasure(share, 'percent')} of the way`}`,
    })),
});
