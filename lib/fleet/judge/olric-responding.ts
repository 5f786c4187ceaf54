import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const olricResponding = defineJudgement({
  name: 'olric-responding',
  summary: 'Olric of a node does not run, or does not answer',
  subsystem: 'olric',
  severities: ['critical'],
  advice: 'See its log and start it again (systemctl status, journalctl -u).',
  needs: ['olric', 'services'],
  assess: ({ olric, services }) =>
    flagNodes(olric, ({ service_active: runs, responsive: answers }, node) => ({
      isGood: runs === undefined && answers === undefined ? undefined : runs !== false && answers !== false,
      good: `Olric of ${node} answers`,
      bad: runs === false ? `Olric of ${node} does not run` : `Olric of ${node} does not answer`,
      because: stoppedUnit(services, node, 'olric'),
    })),
});
