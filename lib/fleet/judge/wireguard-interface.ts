import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const wireguardInterface = defineJudgement({
  name: 'wireguard-interface',
  summary: 'the interface of WireGuard is down on a node',
  subsystem: 'wireguard',
  severities: ['critical'],
  advice: 'Bring it up (systemctl status wg-quick@INTERFACE, then wg-quick up INTERFACE).',
  needs: ['wireguard', 'services'],
  assess: ({ wireguard, services }) =>
    flagNodes(wireguard, ({ interface_up: isGood, interface: name = 'WireGuard' }, node) => ({
      isGood,
      good: `the interface ${name} of ${node} is up`,
      bad: `the interface ${name} of ${node} is down`,
      because: stoppedUnit(services, node, 'wireguard'),
    })),
});
