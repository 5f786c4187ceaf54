import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';
import { namesOf } from '../links.ts';

export const wireguardPeers = defineJudgement({
  name: 'wireguard-peers',
  summary: 'a node lacks another node among its peers of WireGuard',
  subsystem: 'wireguard',
  severities: ['critical'],
  advice:
    'Compare the peers in its configuration with the nodes (wg show); nodes that were added belong into the configuration of each.',
  needs: ['wireguard', 'nodes', 'mesh', 'links'],
  assess: ({ wireguard, nodes, mesh, links }) => {
    const expected = mesh.length - 1;
    return measureNodes(wireguard, '', ({ interface_up: isUp }, node) => {
      const missing = links.missingPeers(node);
      const unreached = missing?.find((other) => nodes[other]?.reached === false);
      const isFromUnreached = missing?.every((other) => nodes[other]?.reached === false);
      return {
        value: missing && expected - missing.length,
        prefix: `${node} has`,
        message:
          missing?.length === 0
            ? `${node} has all other nodes as peers of WireGuard`
            : `${node} lacks ${namesOf(missing ?? [])} among its peers of WireGuard`,
        said: `has ${expected - (missing?.length ?? 0)} of ${expected} other nodes as peers`,
        limits: { side: 'below', red: { value: expected, key: '' } },
        // A node that does not report may have no WireGuard.
        because:
          isUp === false
            ? causes.wireguard(node)
            : isFromUnreached && unreached !== undefined
              ? causes.node(unreached)
              : undefined,
      };
    });
  },
});
