import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const rqliteResponding = defineJudgement({
  name: 'rqlite-responding',
  summary: 'rqlite of a node does not answer',
  subsystem: 'rqlite',
  severities: ['critical'],
  advice:
    'See whether it runs and what it logged last (systemctl status, journalctl -u), and whether its disk is full.',
  needs: ['rqlite', 'services'],
  assess: ({ rqlite, services }) =>
    flagNodes(rqlite, ({ responsive, address }, node) => ({
      isGood: responsive,
      good: `rqlite of ${node} answers`,
      bad: `rqlite of ${node} does not answer`,
      said: address === undefined ? 'no address answers' : `asked at ${address}`,
      because: stoppedUnit(services, node, 'rqlite'),
    })),
});
