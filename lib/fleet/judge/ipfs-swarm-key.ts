import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const ipfsSwarmKey = defineJudgement({
  name: 'ipfs-swarm-key',
  summary:
    'a node lacks the swarm key that other nodes have: its kubo is not in their private network, but in the public one',
  subsystem: 'ipfs',
  severities: ['critical'],
  advice: 'Stop kubo, put swarm.key of another node into its repository, and start it again.',
  needs: ['ipfs'],
  assess: ({ ipfs }) => {
    // Without a key anywhere the fleet uses the public network.
    const isPrivate = Object.values(ipfs).some(({ has_swarm_key: has }) => has === true);
    return flagNodes(isPrivate ? ipfs : {}, ({ has_swarm_key: isGood }, node) => ({
      isGood,
      good: `${node} has the swarm key`,
      bad: `${node} lacks the swarm key that other nodes have`,
    }));
  },
});
