import { defineJudgement } from '../define.ts';
import { flagParts } from '../findings.ts';

export const namespaceGateway = defineJudgement({
  name: 'namespace-gateway',
  summary: 'the gateway of a namespace does not answer on a node, or not with status 200',
  subsystem: 'namespace',
  severities: ['warning'],
  advice: 'See its unit (systemctl list-units "*@NAMESPACE*"; journalctl -u UNIT), and start it again.',
  needs: ['namespaces'],
  assess: ({ namespaces }) =>
    flagParts(
      namespaces,
      ({ namespaces: all }) => all,
      ({ gateway_up: isUp, gateway_status: status = 200 }, name, node) => ({
        isGood: isUp && status === 200,
        otherwise: 'amber',
        good: `the gateway of the namespace ${name} answers on ${node}`,
        bad: `the gateway of the namespace ${name} ${isUp === true ? `answers with status ${status}` : 'does not answer'} on ${node}`,
      }),
    ),
});
