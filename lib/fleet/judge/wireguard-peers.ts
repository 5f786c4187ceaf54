import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const wireguardPeers = defineJudgement({
  name: 'wireguard-peers',
  summary: 'a node has fewer peers of WireGuard than there are other nodes',
  subsystem: 'wireguard',
  severities: ['critical'],
  advice:
    'Compare the peers in its configuration with the nodes (wg show); nodes that were added belong into the configuration of each.',
  needs: ['wireguard', 'nodes'],
  assess: ({ wireguard, nodes }) => {
    const unreached = Object.keys(nodes).filter((node) => nodes[node]?.reached === false);
    const reporting = Object.keys(wireguard).length;
    const expected = reporting + unreached.length - 1;
    return measureNodes(wireguard, '', ({ peer_count: value, interface_up: isUp }, node) => ({
      value,
      prefix: `${node} has`,
      message: `${node} has ${value} ${value === 1 ? 'peer' : 'peers'} of WireGuard; other nodes: ${expected}`,
      said: `${value} peers`,
      limits: { side: 'below', red: { value: expected, key: '' } },
      because:
        isUp === false
          ? causes.wireguard(node)
          : // A node that does not report may have no WireGuard.
            value !== undefined && value >= reporting - 1 && unreached[0] !== undefined
            ? causes.node(unreached[0])
            : undefined,
    }));
  },
});
