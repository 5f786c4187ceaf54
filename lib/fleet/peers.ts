// The links of WireGuard between the nodes: which node is a peer of which, and how long ago the two shook hands. Pure.
import type { Fleet } from './assess.ts';
import { causes, type Peer } from './define.ts';
import { sessionSeconds } from './links.ts';

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
    const rows = fleet.links.peers[from] ?? [];
    const missing = fleet.links.missingPeers(from);
    const known = new Map(rows.flatMap(({ to, nodes, peer }) => (nodes.length === 1 ? [[to, peer]] : [])));
    const others = fleet.mesh.flatMap((to): Link[] => {
      const peer = known.get(to);
      if (peer) return [linkTo(from, to, peer, limitOf)];
      if (to === from || (missing && !missing.includes(to))) return [];
      return [{ from, to, state: missing ? 'missing' : 'unknown', handshake_age_seconds: null }];
    });
    const strangers = rows.filter(({ to }) => !fleet.mesh.includes(to));
    return [...others, ...strangers.map(({ to, peer }) => linkTo(from, to, peer, limitOf))];
  });
}

/** The limit by which the alert about a peer's tunnel was decided, so that a link is stale where that alert is due, and only there. */
function longestHandshakes({ links, observations }: Fleet): (peer: Peer) => number {
  const limits = new Map(observations.map(({ id, limit }) => [id, limit.value]));
  const subjects = new Map(links.tunnels.flatMap(({ subject, ends }) => ends.map(({ peer }) => [peer, subject])));
  return (peer) => {
    const limit = limits.get(causes.handshake(subjects.get(peer) ?? ''));
    return typeof limit === 'number' ? limit : sessionSeconds;
  };
}

function linkTo(from: string, to: string, peer: Peer, limitOf: (peer: Peer) => number): Link {
  const { handshake_age_sec: age, latest_handshake: last } = peer;
  if (age === undefined) return { from, to, state: last === 0 ? 'never' : 'unknown', handshake_age_seconds: null };
  return { from, to, state: age <= limitOf(peer) ? 'connected' : 'stale', handshake_age_seconds: age };
}
