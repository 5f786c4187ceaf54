// Which node is which peer of WireGuard, and how long ago each pair shook hands. Pure.
import type { Fleet } from './assess.ts';
import { type Data, readingOf } from './reading.ts';

/** WireGuard gives a session up that has had no handshake for this long (REJECT_AFTER_TIME). */
const sessionSeconds = 180;

export const linkStates = ['connected', 'stale', 'never', 'missing', 'unknown'] as const;

export interface Link {
  readonly from: string;
  /** A node, or the address of a peer that is no known node. */
  readonly to: string;
  /** `missing`: the node has no such peer. `unknown`: what its peers are could not be read. */
  readonly state: (typeof linkStates)[number];
  readonly handshake_age_seconds: number | null;
}

type Peer = NonNullable<Data<'wireguard'>['peers']>[number];

/** A link from each node that has WireGuard to each other such node, and to peers that are no known nodes. */
export function linksOf(fleet: Fleet): readonly Link[] {
  const names = meshNodes(fleet);
  const addresses = new Map<string, string>();
  for (const name of names) {
    const address = bare(readingOf(fleet, 'wireguard', name).data?.wg_ip ?? '');
    if (address !== '') addresses.set(address, name);
  }
  const silent = names.filter((name) => ![...addresses.values()].includes(name));
  const byTarget = new Map(silent.map((name) => [hostOf(fleet.nodes[name]?.target ?? ''), name]));
  const nodeOf = (peer: Peer): string | undefined =>
    peerAddresses(peer)
      .map((address) => addresses.get(address))
      .find((name) => name !== undefined) ?? byTarget.get(endpointHost(peer.endpoint));
  return names.flatMap((from): Link[] => {
    const { peers } = readingOf(fleet, 'wireguard', from).data ?? {};
    const others = names.filter((name) => name !== from);
    if (!peers) return others.map((to) => ({ from, to, state: 'unknown', handshake_age_seconds: null }));
    const known = new Map<string, Peer>();
    for (const peer of peers) known.set(nodeOf(peer) ?? peerAddresses(peer)[0] ?? peer.public_key, peer);
    const strangers = [...known.keys()].filter((name) => !names.includes(name));
    // Nodes that did not say their address are among the peers that have no name: as far as there are such peers.
    const unnamed = others.filter((to) => silent.includes(to) && !known.has(to));
    const hidden = strangers.length >= unnamed.length ? unnamed : [];
    return [...others.filter((to) => !hidden.includes(to)), ...strangers].map((to) => {
      const peer = known.get(to);
      const isUnsure = strangers.length > 0 && unnamed.includes(to);
      if (!peer) return { from, to, state: isUnsure ? 'unknown' : 'missing', handshake_age_seconds: null };
      const { handshake_age_sec: age } = peer;
      if (age === undefined)
        return { from, to, state: peer.latest_handshake === 0 ? 'never' : 'unknown', handshake_age_seconds: null };
      return { from, to, state: age <= sessionSeconds ? 'connected' : 'stale', handshake_age_seconds: age };
    });
  });
}

/** Nodes that have WireGuard, or that did not say: where one node has it, an unreached node should. */
export function meshNodes(fleet: Fleet): readonly string[] {
  const names = Object.keys(fleet.facts);
  if (!names.some((name) => readingOf(fleet, 'wireguard', name).status === 'ok')) return [];
  return names.filter((name) => readingOf(fleet, 'wireguard', name).status !== 'absent');
}

const bare = (address: string): string => address.split('/', 1)[0] ?? '';

const peerAddresses = ({ allowed_ips: all = '' }: Peer): string[] =>
  all
    .split(/[\s,]+/)
    .map(bare)
    .filter(Boolean);

const hostOf = (target: string): string => target.slice(target.indexOf('@') + 1).replaceAll(/[[\]]/g, '');

const endpointHost = (endpoint = ''): string => endpoint.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
