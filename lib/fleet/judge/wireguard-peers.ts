import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const wireguardPeers = defineJudgement({
  name: 'wireguard-peers',
  summary: 'a node has fewer peers of WireGuard than there are other nodes',
  subsystem: 'wireguard',
  severities: ['critical'],
  advice:
    'Compare the peers in its configuration with the nodes (wg show); nodes that were added belong into the configuration of each.',
  needs: ['wireguard', 'nodes', 'mesh', 'links'],
  assess: ({ wireguard, nodes, mesh, links }) => {
    const expected = mesh.length - 1;
    const unreached = mesh.find((node) => nodes[node]?.reached === false);
    return measureNodes(wireguard, '', ({ peer_count: value, peers = [], interface_up: isUp }, node) => {
      const known = new Set([node, ...peers.flatMap((peer) => links.peerNodes(node, peer))]);
      const hasAllReached = mesh.every((other) => known.has(other) || nodes[other]?.reached === false);
      return {
        value,
        prefix: `${node} has`,
        message: `${node} has ${value} ${value === 1 ? 'peer' : 'peers'} of WireGuard; other nodes: ${expected}`,
        said: `${value} peers`,
        limits: { side: 'below', red: { value: expected, key: '' } },
        // A node that does not report may have no WireGuard.
        because:
          isUp === false
            ? causes.wireguard(node)
            : hasAllReached && unreached !== undefined
              ? causes.node(unreached)
              : undefined,
      };
    });
  },
});
