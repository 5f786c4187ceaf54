import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const ipfsClusterPeers = defineJudgement({
  name: 'ipfs-cluster-peers',
  summary: 'ipfs-cluster of a node has fewer peers than there are other nodes with it',
  subsystem: 'ipfs',
  severities: ['warning'],
  advice: 'See its secret, its peer addresses and whether its swarm port is open (ipfs-cluster-ctl peers ls).',
  needs: ['ipfs', 'links'],
  assess: ({ ipfs, links }) => {
    const others = Object.values(ipfs).filter(({ cluster_active: answers }) => answers === true).length - 1;
    return measureNodes(ipfs, '', ({ cluster_peer_count: value }, node) => ({
      value,
      prefix: `ipfs-cluster of ${node} has`,
      message: `ipfs-cluster of ${node} has ${value} ${value === 1 ? 'peer' : 'peers'}; other nodes with it: ${others}`,
      limits: { side: 'below', amber: { value: others, key: '' } },
      because: links.cutCause,
    }));
  },
});
