import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const ipfsResponding = defineJudgement({
  name: 'ipfs-responding',
  summary: 'kubo of a node does not answer',
  subsystem: 'ipfs',
  severities: ['critical'],
  advice: 'See its log and start it again (systemctl status ipfs, journalctl -u ipfs).',
  needs: ['ipfs', 'services'],
  assess: ({ ipfs, services }) =>
    flagNodes(ipfs, ({ daemon_active: isGood }, node) => ({
      isGood,
      good: `kubo of ${node} answers`,
      bad: `kubo of ${node} does not answer`,
      because: stoppedUnit(services, node, 'kubo'),
    })),
});
