import type { Finding } from '../../contract/check.ts';
import { defineJudgement } from '../define.ts';

export const ipfsSwarm = defineJudgement({
  name: 'ipfs-swarm',
  summary: 'kubo of a node has no peers (critical), or fewer than there are other nodes with kubo (warning)',
  subsystem: 'ipfs',
  severities: ['critical', 'warning'],
  advice:
    'See its swarm key, its bootstrap list and whether the swarm port is open (ipfs swarm peers; ipfs bootstrap list).',
  needs: ['ipfs', 'links'],
  assess: ({ ipfs, links }) => {
    const others = Object.values(ipfs).filter(({ daemon_active: answers }) => answers === true).length - 1;
    return Object.entries(ipfs).flatMap(([subject, { swarm_peers: value, has_swarm_key: isPrivate }]): Finding[] => {
      // A private network of a single node has no peers.
      if (value === undefined || (others < 1 && isPrivate === true)) return [];
      return [
        {
          subject,
          level: value === 0 ? 'red' : value < others ? 'amber' : 'green',
          value,
          unit: '',
          limit: { value: Math.max(1, others), key: '' },
          message: `kubo of ${subject} has ${value} ${value === 1 ? 'peer' : 'peers'}${value < others ? `; other nodes with kubo: ${others}` : ''}`,
          clears_when: `it has at least ${Math.max(1, others)}`,
          because: links.cutCause,
        },
      ];
    });
  },
});
