// A fleet in a few words: each node's status, the Raft quorum, the mesh, the services. Pure.
import { countsOf, severities } from '../core/severity.ts';
import { counted, listed } from '../core/text.ts';
import type { Fleet, FleetAlert } from './assess.ts';
import { leadershipOf } from './leader.ts';
import { meshLinks } from './peers.ts';
import { dataIn, readingOf } from './reading.ts';

export const nodeStatuses = ['healthy', 'degraded', 'unreachable'] as const;
export type NodeStatus = (typeof nodeStatuses)[number];

/** Whether an alert is about the node, or is a critical one about several nodes with this one in its evidence: a network that is
 * cut makes the nodes on both sides degraded. Versions that differ do not: they would make every node so. */
export const isOn = ({ node, evidence, severity }: FleetAlert, name: string): boolean =>
  node === name || (node === null && severity === 'critical' && Object.hasOwn(evidence, name));

export const alertsOn = ({ alerts }: Pick<Fleet, 'alerts'>, name: string): FleetAlert[] =>
  alerts.filter((alert) => isOn(alert, name));

/** Notes leave a node healthy. */
export function statusOf(fleet: Pick<Fleet, 'facts' | 'alerts'>, name: string): NodeStatus {
  if (fleet.facts[name]?.reached !== true) return 'unreachable';
  return alertsOn(fleet, name).some(({ severity }) => severity !== 'info') ? 'degraded' : 'healthy';
}

export const shownNodes = ({ shown, facts }: Pick<Fleet, 'shown' | 'facts'>): readonly string[] =>
  shown ?? Object.keys(facts);

/** More nodes than this do not fit on one screen. */
const manyNodes = 20;

/** The nodes in the order of the configuration, or, where there are many, the worst first. */
export const nodesInOrder = (fleet: Fleet): readonly string[] =>
  shownNodes(fleet).length > manyNodes ? worstNodes(fleet) : shownNodes(fleet);

/** The nodes, the worst first: by their statuses, and among nodes of the same status by the worst of their alerts. */
export function worstNodes(fleet: Fleet): string[] {
  const rankOf = (name: string): number => {
    const found = alertsOn(fleet, name).map(({ severity }) => severities.indexOf(severity));
    return Math.min(severities.length, ...found) - nodeStatuses.indexOf(statusOf(fleet, name)) * 10;
  };
  return shownNodes(fleet)
    .map((name) => ({ name, rank: rankOf(name) }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ name }) => name);
}

export const quorumWords = ['ok', 'degraded', 'lost', 'unknown'] as const;

interface RqliteSummary {
  /** Names of the nodes that say they lead; null where none says so. */
  readonly leader: string | null;
  /** How many of all voters answer, such as `2/3`; null where the voters are not known. */
  readonly voters: string | null;
  /** The highest Raft term that a node reports. */
  readonly term: number | null;
  /** `lost`: no node leads, or most do not follow the one that says so; unknown where none says its state. Null where no node has rqlite. */
  readonly quorum: (typeof quorumWords)[number] | null;
}

function rqliteSummary(fleet: Fleet): RqliteSummary {
  const rqlite = dataIn(fleet, 'rqlite');
  const unread = { leader: null, voters: null, term: null };
  if (Object.keys(rqlite).length === 0) return { ...unread, quorum: unlessAbsent(fleet, 'rqlite') };
  const answering = Object.entries(rqlite).filter(([, { responsive }]) => responsive === true);
  const { leaders, state } = leadershipOf(rqlite, fleet.links);
  const voters = fleet.members.filter(({ isVoter }) => isVoter);
  const there = voters.filter(({ isThere }) => isThere);
  const terms = answering.flatMap(([, { term }]) => term ?? []);
  const isLost = state === 'none' || state === 'doubted';
  const isWhole = state === 'one' && there.length === voters.length && voters.length > 0;
  return {
    leader: leaders.length === 0 ? null : leaders.join(', '),
    voters: voters.length === 0 ? null : `${there.length}/${voters.length}`,
    term: terms.length === 0 ? null : Math.max(...terms),
    quorum: isWhole ? 'ok' : isLost ? 'lost' : state === 'unknown' ? 'unknown' : 'degraded',
  };
}

/** `all connected`, or how many links are not; null where no node has WireGuard. */
function meshSummary(fleet: Fleet): string | null {
  if (fleet.mesh.length === 0) return unlessAbsent(fleet, 'wireguard');
  const links = meshLinks(fleet);
  const unknown = links.filter(({ state }) => state === 'unknown').length;
  const bad = links.filter(({ state }) => state !== 'unknown' && state !== 'connected').length;
  if (bad + unknown === 0) return links.length === 0 ? 'no links' : 'all connected';
  return [
    ...(bad === 0 ? [] : [`${bad} of ${counted(links.length, 'link')} not connected`]),
    ...(unknown === 0 ? [] : [`${counted(unknown, 'link')} unknown`]),
  ].join(', ');
}

/** `all nominal`, or which services are not; null where no node lists services. */
function servicesSummary(fleet: Fleet): string | null {
  const names = Object.keys(fleet.facts);
  const lists = names.map((name) => ({ name, ...readingOf(fleet, 'services', name) }));
  if (!lists.some(({ status }) => status === 'ok')) return unlessAbsent(fleet, 'services');
  const bad = lists.flatMap(({ name, data }) => [
    ...(data?.services ?? [])
      .filter((one) => one.active_state !== 'active' || one.restart_loop_risk)
      .map((one) => `${one.name} on ${name}`),
    ...(data?.failed_units ?? [])
      .filter((unit) => !data?.services?.some((one) => one.name === unit))
      .map((unit) => `${unit} on ${name}`),
  ]);
  const unknown = lists.filter(({ status }) => status === 'unknown').map(({ name }) => name);
  const parts = [
    ...(bad.length === 0 ? [] : [`not nominal: ${listed(bad, 5)}`]),
    ...(unknown.length === 0 ? [] : [`unknown on ${listed(unknown, 5)}`]),
  ];
  return parts.length === 0 ? 'all nominal' : parts.join('; ');
}

/** The summary of a section that no node's report holds: null where all nodes lack it, `unknown` where it could not be read. */
const unlessAbsent = (fleet: Fleet, section: 'rqlite' | 'wireguard' | 'services'): 'unknown' | null =>
  Object.keys(fleet.facts).every((name) => readingOf(fleet, section, name).status === 'absent') ? null : 'unknown';

/** The summary that the views cluster and report print as JSON. */
export function fleetSummary(fleet: Fleet) {
  const { leader, voters, term, quorum } = rqliteSummary(fleet);
  const counts = countsOf(fleet.alerts);
  return {
    rqlite_leader: leader,
    rqlite_voters: voters,
    rqlite_raft_term: term,
    rqlite_quorum: quorum,
    wg_mesh_status: meshSummary(fleet),
    service_health: servicesSummary(fleet),
    critical_alerts: counts.critical,
    warning_alerts: counts.warning,
    info_alerts: counts.info,
  };
}
