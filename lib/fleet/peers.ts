// The links of WireGuard between the nodes: which node is a peer of which, and how long ago the two shook hands. Pure.
import type { Fleet } from './assess.ts';
import { causes, type Peer } from './define.ts';
import { addressesIn, mostPeers, sessionSeconds } from './links.ts';
import { readingOf } from './reading.ts';

export const linkStates = ['connected', 'stale', 'never', 'missing', 'unknown'] as const;

export interface Link {
  readonly from: string;
  /** The name of a node, or the address of a peer that belongs to no known node. */
  readonly to: string;
  /** `missing`: the node has no such peer. `unknown`: the peers of the node, or the age of the handshake, could not be read. */
  readonly state: (typeof linkStates)[number];
  readonly handshake_age_seconds: number | null;
}

/** The links from each node of the mesh to each other node of the mesh, and to peers that belong to no known node. */
export function meshLinks(fleet: Fleet): readonly Link[] {
  const limitOf = longestHandshakes(fleet);
  return fleet.mesh.flatMap((from): Link[] => {
    const { peers } = readingOf(fleet, 'wireguard', from).data ?? {};
    const others = fleet.mesh.filter((name) => name !== from);
    if (!peers) return others.map((to) => ({ from, to, state: 'unknown', handshake_age_seconds: null }));
    const known = new Map<string, Peer>();
    const strangers = new Map<string, Peer>();
    for (const peer of peers.slice(0, mostPeers)) {
      const [node, ...more] = fleet.links.peerNodes(from, peer);
      if (node !== undefined && more.length === 0) known.set(node, peer);
      else strangers.set(addressesIn(peer)[0] ?? peer.public_key, peer);
    }
    // A node that does not say its address may be one of the strangers, so it is not shown as a missing peer beside them.
    const isHidden = (name: string): boolean => strangers.size > 0 && !known.has(name) && isSilent(fleet, name);
    const expected = others.filter((name) => !isHidden(name));
    const found = new Map([...known, ...strangers]);
    return [...new Set([...expected, ...found.keys()])]
      .filter((to) => to !== from)
      .map((to) => linkTo(from, to, found.get(to), limitOf));
  });
}

const isSilent = (fleet: Fleet, name: string): boolean => readingOf(fleet, 'wireguard', name).data?.wg_ip === undefined;

/** The limit by which the alert about a peer's tunnel was decided, so that a link is stale where that alert is due, and only there. */
function longestHandshakes({ links, observations }: Fleet): (peer: Peer) => number {
  const limits = new Map(observations.map(({ id, limit }) => [id, limit.value]));
  const subjects = new Map(links.tunnels.flatMap(({ subject, ends }) => ends.map(({ peer }) => [peer, subject])));
  return (peer) => {
    const limit = limits.get(causes.handshake(subjects.get(peer) ?? ''));
    return typeof limit === 'number' ? limit : sessionSeconds;
  };
}

function linkTo(from: string, to: string, peer: Peer | undefined, limitOf: (peer: Peer) => number): Link {
  if (!peer) return { from, to, state: 'missing', handshake_age_seconds: null };
  const { handshake_age_sec: age, latest_handshake: last } = peer;
  if (age === undefined) return { from, to, state: last === 0 ? 'never' : 'unknown', handshake_age_seconds: null };
  return { from, to, state: age <= limitOf(peer) ? 'connected' : 'stale', handshake_age_seconds: age };
}
