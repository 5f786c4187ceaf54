// Which peer of WireGuard and which Raft address belongs to which node, and whether the network between the nodes is cut. Pure.
import type { Envelope } from '../contract/envelope.ts';
import { firstLine, listed } from '../core/text.ts';
import {
  causes,
  type Cut,
  type FleetReadable,
  type Links,
  type Mesh,
  type Peer,
  type PeerRow,
  type Tunnel,
} from './define.ts';
import { memberAddresses } from './members.ts';

type Known = Pick<FleetReadable, 'nodes' | 'rqlite' | 'wireguard' | 'mesh'>;

/** WireGuard gives up a session that is older (REJECT_AFTER_TIME), so a tunnel in use has a younger handshake. */
export const sessionSeconds = 180;

export function linksOf(known: Known): Links {
  const { peerNodes, raftNodes, placeless } = directoryOf(known);
  const peers = Object.fromEntries(
    Object.entries(known.wireguard).map(([node, { peers: all = [] }]) => [node, rowsOf(node, all, peerNodes)]),
  );
  const pairs = pairsOf(known, peers, raftNodes);
  const tunnels = tunnelsOf(peers);
  const cut = cutIn(pairs, Object.keys(known.nodes));
  const all = cut?.sides.flat().length ?? 0;
  const sideOf = (node: string): readonly string[] | undefined => cut?.sides.find((side) => side.includes(node));
  const isMinority = (node: string): boolean => (sideOf(node)?.length ?? all) * 2 <= all;
  const cutCause = cut && causes.cut;
  const named = new Set([
    ...memberAddresses(known.rqlite).flatMap(raftNodes),
    ...Object.values(peers).flatMap((rows) => rows.flatMap(({ nodes }) => nodes)),
  ]);
  return {
    peers,
    missingPeers: (node) => missingPeers(known, node, peers[node] ?? [], placeless),
    raftNodes,
    tunnels,
    deadTunnel: (node, others) => {
      const dead = pairs.find(
        ({ between, handshakes, isInTunnel }) =>
          isInTunnel &&
          handshakes.includes('never') &&
          between.includes(node) &&
          between.some((other) => others.includes(other)),
      )?.between;
      const tunnel =
        dead && tunnels.find(({ ends }) => ends.length === 2 && ends.every((end) => dead.includes(end.node)));
      return tunnel && causes.handshake(tunnel.subject);
    },
    cut,
    isWhole: cut === undefined && areJoined(pairs, [...named]),
    cutCause,
    acrossCause: (node, others) => {
      const own = sideOf(node);
      return own && others.every((other) => sideOf(other) && sideOf(other) !== own) ? cutCause : undefined;
    },
    minorityCause: (node) => (isMinority(node) ? cutCause : undefined),
  };
}

/** Where one node has WireGuard, a node that is not reached, or whose section could not be read, should have it. */
export const meshOf = (readings: Readonly<Record<string, Envelope>>): Mesh =>
  Object.values(readings).some(({ status }) => status === 'ok')
    ? Object.keys(readings).filter((node) => readings[node]?.status !== 'absent')
    : [];

/** `10.0.0.1:4002` → `10.0.0.1`. */
export const hostIn = (address: string): string =>
  /^\[(.*)\]:\d+$|^([^:]*):\d+$/.exec(address)?.slice(1).find(Boolean) ?? address;

/** `10.0.0.2/32 fd00::2/128` → the single addresses among them. */
export const addressesIn = ({ allowed_ips: allowed = '' }: Peer): string[] =>
  allowed.split(/[\s,]+/).flatMap((range) => /^(.+)\/(?:32|128)$/.exec(range)?.[1] ?? []);

/** The nodes that a peer of the reader may be. */
type PeerNodes = (reader: string, peer: Peer) => readonly string[];

interface Directory extends Pick<Links, 'raftNodes'> {
  readonly peerNodes: PeerNodes;
  /** The nodes of the mesh of which no address of WireGuard is known. */
  readonly placeless: readonly string[];
}

function directoryOf({ nodes, rqlite, wireguard, mesh }: Known): Directory {
  const names = Object.keys(nodes);
  const configured = uniquely(
    Object.entries(nodes).flatMap(([name, { target }]) => [
      [name, name],
      [target.replace(/^.*@/, '').replaceAll(/[[\]]/g, ''), name],
    ]),
  );
  const tunnel = uniquely(Object.entries(wireguard).map(([node, { wg_ip: address }]) => [address, node]));
  const raft = uniquely(
    Object.entries(rqlite).flatMap(([node, { raft_addr: own, raft_state: state, leader_addr: leader }]) => [
      [own, node],
      [state === 'Leader' ? leader : undefined, node],
    ]),
  );
  // What the configuration says comes before what nodes say of themselves.
  const knownPeer = (peer: Peer): string | undefined =>
    addressesIn(peer)
      .map((address) => configured.get(address) ?? tunnel.get(address))
      .find((node) => node !== undefined) ?? configured.get(hostIn(peer.endpoint ?? ''));
  const knownRaft = (address: string): string | undefined =>
    configured.get(hostIn(address)) ?? raft.get(address) ?? tunnel.get(hostIn(address));
  const lost = names.filter((name) => nodes[name]?.reached === false);
  // A node whose interface is down may not say its address, so its peers do not know it either. An address that two nodes claim says
  // nothing about either.
  const placeless = mesh.filter((node) => tunnel.get(wireguard[node]?.wg_ip ?? '') !== node);
  // Each node’s own list decides which of its peers are known, so that peers which one node invents change nothing for the others.
  const peerNodes = new Map(
    Object.entries(wireguard).map(([reader, { peers = [] }]) => [
      reader,
      byElimination(
        peers,
        knownPeer,
        ({ public_key: key }) => key,
        placeless.filter((node) => node !== reader),
      ),
    ]),
  );
  return {
    placeless,
    peerNodes: (reader, peer) => peerNodes.get(reader)?.(peer) ?? [],
    raftNodes: byElimination(memberAddresses(rqlite), knownRaft, (address) => address, [
      ...lost,
      ...names.filter((name) => nodes[name]?.reached === true && rqlite[name]?.raft_addr === undefined),
    ]),
  };
}

/** Address → the node that claims it. An address that two nodes claim belongs to neither. */
function uniquely(
  pairs: readonly (readonly [address: string | undefined, node: string])[],
): ReadonlyMap<string, string> {
  const found = Map.groupBy(pairs, ([address = '']) => address);
  return new Map(
    [...found].flatMap(([address, claims]) => {
      const owners = new Set(claims.map(([, node]) => node));
      const [owner] = owners;
      return address === '' || owners.size !== 1 || owner === undefined ? [] : [[address, owner] as const];
    }),
  );
}

/** Which node each peer or address is. Those that belong to no known node may be any of the nodes in `lost`, whose addresses are not
 * known, unless there are more of them than nodes in `lost`: then some belong to no node of the fleet, and nobody knows which. */
function byElimination<One>(
  all: readonly One[],
  known: (one: One) => string | undefined,
  keyOf: (one: One) => string,
  lost: readonly string[],
): (one: One) => readonly string[] {
  const seen = new Set(all.map(known));
  const strangers = new Set(all.flatMap((one) => (known(one) === undefined ? [keyOf(one)] : [])));
  const left = lost.filter((node) => !seen.has(node));
  const candidates = strangers.size <= left.length ? left : [];
  return (one) => {
    const node = known(one);
    return node === undefined ? candidates : [node];
  };
}

/** More than any node has, so that a report that lies does not flood the alerts. What lies beyond is told as not judged. */
export const mostPeers = 500;

/** A row for each other node, and for each stranger. Where several peers are the same node, such as an old key beside its new one, the peer
 * with the youngest handshake counts: the tunnel in use is that one. */
function rowsOf(node: string, peers: readonly Peer[], peerNodes: PeerNodes): readonly PeerRow[] {
  const rows = peers.slice(0, mostPeers).map((peer): PeerRow => {
    const nodes = peerNodes(node, peer);
    const [one] = nodes;
    return { to: nodes.length === 1 && one !== undefined ? one : addressOf(peer), nodes, peer };
  });
  const youngest = rows.toSorted((one, other) => shookHands(one) - shookHands(other));
  const last = new Map(youngest.map((row) => [row.to, row]));
  return rows.filter((row) => row.to !== node && last.get(row.to) === row);
}

const shookHands = ({ peer }: PeerRow): number => peer.latest_handshake ?? 0;

const addressOf = (peer: Peer): string => firstLine(addressesIn(peer)[0] ?? peer.public_key, 100);

function missingPeers(
  { wireguard, mesh }: Known,
  node: string,
  rows: readonly PeerRow[],
  placeless: readonly string[],
): string[] | undefined {
  const { peers } = wireguard[node] ?? {};
  if (peers === undefined || peers.length > mostPeers) return undefined;
  const known = new Set(rows.flatMap(({ nodes }) => (nodes.length === 1 ? nodes : [])));
  const hasStrangers = rows.some(({ nodes }) => nodes.length !== 1);
  // A node whose address is not known may be one of the strangers.
  const isStranger = (other: string): boolean => hasStrangers && placeless.includes(other);
  return mesh.filter((other) => other !== node && !known.has(other) && !isStranger(other));
}

function tunnelsOf(peers: Links['peers']): Tunnel[] {
  const found = new Map<string, Tunnel & { readonly ends: Tunnel['ends'][number][] }>();
  for (const [node, rows] of Object.entries(peers).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    for (const { to, nodes: others, peer } of rows) {
      const key = (others.length === 1 ? [node, to].toSorted() : [node, 'stranger', to]).join('\n');
      const known = found.get(key);
      if (known) known.ends.push({ node, peer });
      else found.set(key, { subject: `${node}/${addressOf(peer)}`, ends: [{ node, peer }], others });
    }
  return [...new Map([...found.values()].map((tunnel) => [tunnel.subject, tunnel])).values()];
}

/** What the reports of two nodes say about the connection between them. */
interface Pair {
  readonly between: readonly [string, string];
  /** For each direction that was reported: whether rqlite of one node reaches rqlite of the other, which answers on its own node. */
  readonly reachable: boolean[];
  readonly handshakes: ('fresh' | 'stale' | 'never')[];
  /** Whether the Raft address of either node is an address of WireGuard. */
  isInTunnel: boolean;
}

function pairsOf({ rqlite, wireguard }: Known, peers: Links['peers'], raftNodes: Links['raftNodes']): Pair[] {
  const pairs = new Map<string, Pair>();
  const pairOf = (one: string, other: string): Pair => {
    const between = [one, other].toSorted() as [string, string];
    const key = between.join('\n');
    const pair = pairs.get(key) ?? { between, reachable: [], handshakes: [], isInTunnel: false };
    pairs.set(key, pair);
    return pair;
  };
  for (const [node, { nodes: members = {} }] of Object.entries(rqlite))
    for (const [address, { reachable }] of Object.entries(members)) {
      const [other, ...more] = raftNodes(address);
      if (other === undefined || more.length > 0 || other === node) continue;
      if (reachable === undefined || rqlite[other]?.responsive !== true) continue;
      const pair = pairOf(node, other);
      pair.reachable.push(reachable);
      pair.isInTunnel ||= [wireguard[other]?.wg_ip, wireguard[node]?.wg_ip].includes(hostIn(address));
    }
  for (const [node, rows] of Object.entries(peers))
    for (const { to: other, nodes, peer } of rows) {
      if (nodes.length !== 1 || !Object.hasOwn(wireguard, other)) continue;
      const { latest_handshake: last, handshake_age_sec: age, keepalive = 0 } = peer;
      if (last === 0) pairOf(node, other).handshakes.push('never');
      else if (age !== undefined && age <= sessionSeconds) pairOf(node, other).handshakes.push('fresh');
      // Without keepalive the handshake of a tunnel that nobody uses grows old, which says nothing about the network.
      else if (age !== undefined && keepalive > 0) pairOf(node, other).handshakes.push('stale');
    }
  return [...pairs.values()];
}

/** What rqlite says about the connection comes first, because a handshake is still young for minutes after a cut. */
function stateOf({ reachable, handshakes, isInTunnel }: Pair): 'joined' | 'apart' | 'unknown' {
  if (reachable.includes(true)) return 'joined';
  // Where no handshake ever succeeded the tunnel was set up wrongly, and no network was cut.
  if (reachable.length > 0) return isInTunnel && handshakes.includes('never') ? 'unknown' : 'apart';
  if (handshakes.includes('fresh')) return 'joined';
  return handshakes.includes('stale') && !handshakes.includes('never') ? 'apart' : 'unknown';
}

function cutIn(pairs: readonly Pair[], order: readonly string[]): Cut | undefined {
  const apart = pairs.filter((pair) => stateOf(pair) === 'apart').map(({ between }) => between);
  if (apart.length === 0) return undefined;
  const joined = pairs.filter((pair) => stateOf(pair) === 'joined').map(({ between }) => between);
  const sideOf = new Map([...apart, ...joined].flat().map((node) => [node, node]));
  const rootOf = (node: string): string => {
    const above = sideOf.get(node) ?? node;
    return above === node ? node : rootOf(above);
  };
  for (const [one, other] of joined) sideOf.set(rootOf(one), rootOf(other));
  const across = apart.filter(([one, other]) => rootOf(one) !== rootOf(other));
  if (across.length === 0) return undefined;
  const cutOff = new Set(across.flat().map(rootOf));
  const sides = Map.groupBy(
    order.filter((node) => sideOf.has(node) && cutOff.has(rootOf(node))),
    rootOf,
  );
  const unreachedBy = (node: string): string[] =>
    across.flatMap((between) => (between.includes(node) ? between.filter((other) => other !== node) : []));
  const told = [...sides.values()].flat().filter((node) => unreachedBy(node).length > 0);
  return {
    sides: [...sides.values()].toSorted((a, b) => b.length - a.length),
    evidence: Object.fromEntries(told.map((node) => [node, `does not reach ${listed(unreachedBy(node), 10)}`])),
  };
}

/** Whether there are nodes, and each reaches each other one, directly or through others. */
function areJoined(pairs: readonly Pair[], nodes: readonly string[]): boolean {
  const joined = pairs.filter((pair) => stateOf(pair) === 'joined').map(({ between }) => between);
  const ways = Map.groupBy([...joined, ...joined.map(([one, other]) => [other, one] as const)], ([from]) => from);
  const reached = new Set(nodes.slice(0, 1));
  // The set grows while it is read.
  for (const node of reached) for (const [, to] of ways.get(node) ?? []) reached.add(to);
  return nodes.length > 0 && nodes.every((node) => reached.has(node));
}

/** `a and b`, `a, b, c`, or `a, b, … and 7 more`. */
export const namesOf = (nodes: readonly string[]): string =>
  nodes.length === 2 ? nodes.join(' and ') : listed(nodes, 10);
