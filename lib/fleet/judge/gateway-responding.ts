import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const gatewayResponding = defineJudgement({
  name: 'gateway-responding',
  summary: 'the gateway of a node does not answer',
  subsystem: 'gateway',
  severities: ['critical'],
  advice: 'See its log and start it again (systemctl status, journalctl -u).',
  needs: ['gateway', 'services'],
  assess: ({ gateway, services }) =>
    flagNodes(gateway, ({ responsive: isGood, address }, node) => ({
      isGood,
      good: `the gateway of ${node} answers`,
      bad: `the gateway of ${node} does not answer`,
      said: address === undefined ? 'no address answers' : `asked at ${address}`,
      because: stoppedUnit(services, node, 'gateway'),
    })),
});
