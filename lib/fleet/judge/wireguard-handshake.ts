import type { Finding } from '../../contract/check.ts';
import { formatDuration } from '../../core/quantity.ts';
import { causes, defineJudgement } from '../define.ts';
import { addressesIn } from '../links.ts';

/** WireGuard itself renews a handshake only when it is this old: a younger one says nothing. */
const renewSeconds = 120;

export const wireguardHandshake = defineJudgement({
  name: 'wireguard-handshake',
  summary: 'two peers of WireGuard never shook hands (critical), or not lately (warning)',
  subsystem: 'wireguard',
  severities: ['critical', 'warning'],
  advice:
    'Never: compare the keys, endpoints and UDP ports of both ends (wg show). Not lately: see whether the other node is there (ping); without keepalive a tunnel that nobody uses is old, too.',
  needs: ['wireguard', 'nodes', 'links'],
  limits: {
    key: 'wireguard-handshake',
    side: 'above',
    amber: [
      'duration',
      '3m',
      'an older handshake of a peer is a warning; WireGuard renews each when it is two minutes old',
    ],
  },
  assess: ({ wireguard, nodes, links }) =>
    links.tunnels.flatMap(({ subject, ends, others }): Finding[] => {
      const [first] = ends;
      const known = ends.filter(
        ({ peer: { latest_handshake: last, handshake_age_sec: age } }) => last === 0 || age !== undefined,
      );
      if (first === undefined || known.length === 0) return [];
      const { node, peer } = first;
      const other = others.length === 1 ? others[0] : undefined;
      const name = other ?? `the peer ${addressesIn(peer)[0] ?? peer.public_key}`;
      const isNever = known.some((end) => end.peer.latest_handshake === 0);
      const age = Math.max(...known.map((end) => end.peer.handshake_age_sec ?? 0));
      if (!isNever && age <= renewSeconds) return [];
      const isIdle = ends.every((end) => end.peer.keepalive === 0);
      const down = [node, ...others].find((one) => wireguard[one]?.interface_up === false);
      const unreached = others.find((one) => nodes[one]?.reached === false);
      const about = {
        subject,
        item: node,
        unit: 's',
        evidence: Object.fromEntries(
          known.map((end) => [
            end.node,
            end.peer.latest_handshake === 0
              ? `never shook hands with ${end.node === node ? name : node}`
              : `shook hands with ${end.node === node ? name : node} ${formatDuration(end.peer.handshake_age_sec ?? 0)} ago`,
          ]),
        ),
        because:
          unreached !== undefined
            ? causes.node(unreached)
            : down === undefined
              ? links.acrossCause(node, others)
              : causes.wireguard(down),
      };
      return [
        isNever
          ? {
              ...about,
              level: 'red',
              value: 'never',
              limit: { value: 'a handshake', key: '' },
              message: `${node} and ${name} never shook hands`,
              clears_when: 'they shake hands',
            }
          : {
              ...about,
              value: age,
              prefix: `the last handshake of ${node} and ${name} is`,
              suffix: ' old',
              note: isIdle ? '; without keepalive that may be because nobody uses the tunnel' : '',
            },
      ];
    }),
});
