// The members of the rqlite cluster, as its nodes list them, and who reaches them. Pure.
import { firstLine } from '../core/text.ts';
import { causes, cluster, type FleetReadable, type Member } from './define.ts';

type Known = Pick<FleetReadable, 'nodes' | 'rqlite' | 'links'>;

/** More than any cluster has. */
const mostMembers = 200;

export function rqliteMembers(known: Known): readonly Member[] {
  const { rqlite, links } = known;
  const views = Object.entries(rqlite).flatMap(([node, { nodes: members = {} }]) =>
    Object.entries(members)
      .slice(0, mostMembers)
      .map(([address, seen]) => ({ by: node, address: firstLine(address, 100), ...seen })),
  );
  if (views.length === 0) return membersUnlisted(known);
  const taken = new Set<string>();
  return [...Map.groupBy(views, ({ address }) => address)].map(([address, seen]) => {
    const candidates = links.raftNodes(address);
    const [one] = candidates;
    const node = candidates.length === 1 && one !== undefined && !taken.has(one) ? one : undefined;
    if (node !== undefined) taken.add(node);
    // Of itself a node knows nothing by the network.
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
      // Version 7 does not say who has a vote.
      isVoter: votes.length === 0 || votes.includes(true),
      isThere: (node === undefined ? undefined : rqlite[node]?.responsive) ?? reachedBy.length > 0,
      reachedBy,
      notReachedBy,
      because: causeOf(known, candidates, node, Object.keys(notReachedBy)),
    };
  });
}

/** A cluster without a leader may not list its members. They are known where the nodes that have rqlite, or may have it, are as many. */
function membersUnlisted({ nodes, rqlite }: Known): readonly Member[] {
  const counts = Object.values(rqlite).flatMap(({ num_peers: others }) => (others === undefined ? [] : [others + 1]));
  const names = Object.keys(nodes).filter((node) => nodes[node]?.reached === false || Object.hasOwn(rqlite, node));
  if (Math.max(...counts) !== names.length) return [];
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
