import { causes, defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const ipfsClusterResponding = defineJudgement({
  name: 'ipfs-cluster-responding',
  summary: 'ipfs-cluster of a node does not answer',
  subsystem: 'ipfs',
  severities: ['critical'],
  advice: 'See its log and start it again (systemctl status ipfs-cluster, journalctl -u ipfs-cluster).',
  needs: ['ipfs', 'services'],
  assess: ({ ipfs, services }) =>
    flagNodes(ipfs, ({ cluster_active: isGood }, node) => ({
      isGood,
      good: `ipfs-cluster of ${node} answers`,
      bad: `ipfs-cluster of ${node} does not answer`,
      because: stoppedUnit(services, node, 'ipfs-cluster') ?? causes.kubo(node),
    })),
});
