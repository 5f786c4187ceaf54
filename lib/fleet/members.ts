// The members of the rqlite cluster, as its nodes list them, and who reaches them. Pure.
import { firstLine } from '../core/text.ts';
import { causes, cluster, type FleetReadable, type Member } from './define.ts';
import { agreedLeader } from './leader.ts';

type Known = Pick<FleetReadable, 'nodes' | 'rqlite' | 'links'>;

/** No cluster has more members: further addresses in the list of a node are ignored. */
const mostMembers = 200;
/** A host name has 253 characters at most. */
const longestAddress = 300;

/** Raft addresses of the members. A single node may be wrong, or lie: most nodes whose rqlite answers must list an address, or the
 * leader and half of the nodes that list any. */
export function memberAddresses(rqlite: Known['rqlite']): readonly string[] {
  const answering = answeringIn(rqlite);
  const lists = answering.flatMap(([node, { nodes }]) => (nodes === undefined ? [] : [{ node, nodes }]));
  const leader = agreedLeader(rqlite);
  const listed = lists.flatMap(({ node, nodes }) =>
    Object.keys(nodes)
      .slice(0, mostMembers)
      .filter((address) => address.length <= longestAddress)
      .map((address) => ({ node, address })),
  );
  return [...Map.groupBy(listed, ({ address }) => address)].flatMap(([address, by]) => {
    const isOfMost = by.length * 2 > answering.length;
    const isOfLeader = by.some(({ node }) => node === leader) && by.length * 2 >= lists.length;
    return isOfMost || isOfLeader ? [address] : [];
  });
}

type Rqlite = Known['rqlite'][string];

const answeringIn = (rqlite: Known['rqlite']): (readonly [node: string, read: Rqlite])[] =>
  Object.entries(rqlite).filter(([, { responsive }]) => responsive !== false);

export function rqliteMembers(known: Known): readonly Member[] {
  const { rqlite, links } = known;
  const addresses = memberAddresses(rqlite);
  if (addresses.length === 0) return membersUnlisted(known);
  const views = answeringIn(rqlite);
  const taken = new Set<string>();
  return addresses.map((address) => {
    const seen = views.flatMap(([by, { nodes = {} }]) =>
      Object.hasOwn(nodes, address) ? [{ by, ...nodes[address] }] : [],
    );
    const candidates = links.raftNodes(address);
    const [one] = candidates;
    const node = candidates.length === 1 && one !== undefined && !taken.has(one) ? one : undefined;
    if (node !== undefined) taken.add(node);
    // What a node says of the way to itself says nothing about the network.
    const others = seen.filter(({ by }) => by !== node);
    const reachedBy = others.flatMap(({ by, reachable }) => (reachable === true ? [by] : []));
    const notReachedBy = Object.fromEntries(
      others.flatMap(({ by, reachable, error = '' }) =>
        reachable === false ? [[by, `does not reach ${address}${error === '' ? '' : `: ${firstLine(error)}`}`]] : [],
      ),
    );
    const votes = seen.flatMap(({ voter }) => voter ?? []);
    return {
      subject: node ?? `${cluster}/${address}`,
      name: node ?? address,
      node,
      // Version 7 of rqlite does not say who has a vote.
      isVoter: votes.filter(Boolean).length * 2 >= votes.length,
      isThere:
        (node === undefined ? undefined : rqlite[node]?.responsive) ??
        reachedBy.length > Object.keys(notReachedBy).length,
      reachedBy,
      notReachedBy,
      because: causeOf(known, candidates, node, Object.keys(notReachedBy)),
    };
  });
}

/** A cluster without a leader may not list its members. They are known where most nodes count as many members as there are nodes that
 * have rqlite, or may have it. */
function membersUnlisted({ nodes, rqlite }: Known): readonly Member[] {
  const counts = Object.values(rqlite).flatMap(({ num_peers: others }) => (others === undefined ? [] : [others + 1]));
  const names = Object.keys(nodes).filter((node) => nodes[node]?.reached === false || Object.hasOwn(rqlite, node));
  if (counts.filter((count) => count === names.length).length * 2 <= counts.length) return [];
  return names.map((node) => ({
    subject: node,
    name: node,
    node,
    isVoter: true,
    isThere: rqlite[node]?.responsive === true,
    reachedBy: [],
    notReachedBy: {},
    because: nodes[node]?.reached === false ? causes.node(node) : causes.rqlite(node),
  }));
}

function causeOf(
  { nodes, rqlite, links }: Known,
  candidates: readonly string[],
  node: string | undefined,
  notReachedBy: readonly string[],
): string | undefined {
  const unreached = candidates.find((one) => nodes[one]?.reached === false);
  if (unreached !== undefined) return causes.node(unreached);
  const silent = candidates.find((one) => rqlite[one]?.responsive === false);
  if (silent !== undefined) return causes.rqlite(silent);
  if (node === undefined || notReachedBy.length === 0) return undefined;
  return links.acrossCause(node, notReachedBy) ?? links.deadTunnel(node, notReachedBy);
}
