import { defineJudgement, isNameserver } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const coredns = defineJudgement({
  name: 'coredns',
  summary: 'CoreDNS does not run, or says that it is not well (critical on a node whose role begins with nameserver)',
  subsystem: 'dns',
  severities: ['critical', 'warning'],
  advice: 'See its log (journalctl -u coredns) and its Corefile; a plugin that is not ready is named at :8181/ready.',
  needs: ['dns', 'nodes', 'services'],
  assess: ({ dns, nodes, services }) =>
    flagNodes(dns, ({ coredns_active: runs, coredns_healthy: healthy, coredns_ready: ready }, node) => {
      const problem =
        runs === false
          ? 'does not run'
          : healthy === false
            ? 'is not healthy: /health does not answer 200'
            : ready === false
              ? 'is not ready: /ready does not answer 200'
              : undefined;
      return {
        isGood: [runs, healthy, ready].every((one) => one === undefined) ? undefined : problem === undefined,
        otherwise: runs === false && isNameserver(nodes[node]?.role) ? 'red' : 'amber',
        good: `CoreDNS of ${node} runs`,
        bad: `CoreDNS of ${node} ${problem}`,
        because: stoppedUnit(services, node, 'coredns'),
      };
    }),
});
