// A table with a row for each node, a summary of the fleet, and the worst alerts.
import { fold } from '../../core/columns.ts';
import type { Level } from '../../core/level.ts';
import { formatDuration } from '../../core/quantity.ts';
import { countsOf } from '../../core/severity.ts';
import type { Fleet } from '../assess.ts';
import {
  absentCell,
  alertCounts,
  alertLines,
  badCell,
  judgedIn,
  levelOfNode,
  markCell,
  readCell,
  unknownCell,
} from '../cells.ts';
import { documentOf } from '../documents.ts';
import { readingOf } from '../reading.ts';
import { alertsOn, fleetSummary, nodesInOrder, shownNodes, statusOf } from '../summary.ts';
import { type Cell, type Column, table } from '../table.ts';
import { defineView, type Screen } from '../view.ts';

const monitorTitle = 'monitor';

const columns: readonly Column[] = [
  { title: '', rank: 0 },
  { title: 'node', rank: 0 },
  { title: 'status', rank: 5 },
  { title: 'alerts', rank: 1 },
  { title: 'role', rank: 8 },
  { title: 'rqlite', rank: 2 },
  { title: 'term', rank: 9 },
  { title: 'peers', rank: 3 },
  { title: 'load', rank: 10 },
  { title: 'memory', rank: 4 },
  { title: 'disk', rank: 6 },
  { title: monitorTitle, rank: 7 },
  { title: 'version', rank: 11 },
  { title: 'answered in', rank: 12 },
];

export const cluster = defineView({
  name: 'cluster',
  summary: 'all nodes: role, state of rqlite, peers of WireGuard, load, memory, disk, and how many alerts each has',

  render: (fleet, screen) => {
    const judged = judgedIn(fleet);
    const others = Math.max(0, fleet.mesh.length - 1);
    const isMonitored = shownNodes(fleet).some((node) => readingOf(fleet, 'monitor', node).status === 'ok');
    const rows = nodesInOrder(fleet).map((node): Cell[] => {
      const { role = '-', version, reached } = fleet.facts[node] ?? {};
      const status = statusOf(fleet, node);
      const level = levelOfNode(fleet, node);
      const percent = (value: number | undefined, check: Level) =>
        value === undefined ? undefined : badCell(`${value.toFixed(0)} %`, check);
      return [
        markCell(level),
        { text: node },
        { text: status, style: level },
        { text: alertCounts(alertsOn(fleet, node)), style: level },
        { text: role },
        readCell(fleet, 'rqlite', node, ({ responsive, raft_state: state }) =>
          responsive === false
            ? badCell('no answer', judged(node, 'rqlite'))
            : state && badCell(state, judged(node, 'rqlite')),
        ),
        readCell(fleet, 'rqlite', node, ({ term }) => term?.toString()),
        readCell(fleet, 'wireguard', node, ({ interface_up: isUp }) => {
          const missing = fleet.links.missingPeers(node)?.length;
          if (isUp === false) return badCell('down', judged(node, 'wireguard'));
          return missing === undefined
            ? undefined
            : badCell(`${others - missing}/${others}`, judged(node, 'wireguard'));
        }),
        readCell(fleet, 'system', node, ({ load_avg_1: load }) =>
          load === undefined ? undefined : badCell(load.toFixed(2), judged(node, 'load')),
        ),
        readCell(fleet, 'system', node, ({ mem_use_pct: used }) => percent(used, judged(node, 'memory'))),
        readCell(fleet, 'system', node, ({ disk_use_pct: used }) => percent(used, judged(node, 'disk'))),
        // The overall level by an ops-monitor that runs on the node itself.
        ...(isMonitored
          ? [readCell(fleet, 'monitor', node, ({ overall_level: own }) => ({ text: own, style: own }))]
          : []),
        version === undefined ? (reached === true ? absentCell : unknownCell) : { text: version },
        { text: formatDuration((fleet.nodes[node]?.collection_ms ?? 0) / 1000) },
      ];
    });
    return [
      ...table(
        columns.filter(({ title }) => isMonitored || title !== monitorTitle),
        rows,
        screen,
      ),
      ...summaryLines(fleet, screen),
      ...alertLines(fleet, screen),
    ];
  },

  json: (fleet) =>
    documentOf(fleet, { summary: fleetSummary(fleet), nodes: shownNodes(fleet).map((node) => nodeRow(fleet, node)) }),
});

/** A line about each of rqlite, WireGuard and services, where at least one node reports this section. */
function summaryLines(fleet: Fleet, { width }: Screen): string[] {
  const { rqlite_leader: leader, rqlite_voters: voters, rqlite_quorum: quorum, ...others } = fleetSummary(fleet);
  const { wg_mesh_status: mesh, service_health: services } = others;
  const isReported = (section: 'rqlite' | 'wireguard' | 'services'): boolean =>
    Object.keys(fleet.facts).some((node) => readingOf(fleet, section, node).status === 'ok');
  const lines = [
    ...(isReported('rqlite')
      ? [`rqlite: leader ${leader ?? 'unknown'}, voters ${voters ?? 'unknown'}, quorum ${quorum}`]
      : []),
    ...(isReported('wireguard') ? [`WireGuard: ${mesh}`] : []),
    ...(isReported('services') ? [`services: ${services}`] : []),
  ];
  return lines.length === 0 ? [] : ['', ...lines.flatMap((line) => fold(line, width, '  '))];
}

function nodeRow(fleet: Fleet, node: string) {
  const { role = null, version = null, error = null, clock_offset_seconds: offset = null } = fleet.facts[node] ?? {};
  const rqlite = readingOf(fleet, 'rqlite', node);
  const wireguard = readingOf(fleet, 'wireguard', node);
  const { data: system } = readingOf(fleet, 'system', node);
  return {
    host: node,
    role,
    status: statusOf(fleet, node),
    error,
    asked_at: fleet.nodes[node]?.asked_at ?? fleet.collected_at,
    collection_ms: fleet.nodes[node]?.collection_ms ?? 0,
    version,
    clock_offset_seconds: offset,
    alerts: countsOf(alertsOn(fleet, node)),
    rqlite: {
      status: rqlite.status,
      responsive: rqlite.data?.responsive ?? null,
      raft_state: rqlite.data?.raft_state ?? null,
      term: rqlite.data?.term ?? null,
    },
    wireguard: {
      status: wireguard.status,
      interface_up: wireguard.data?.interface_up ?? null,
      peer_count: wireguard.data?.peer_count ?? null,
      expected_peers: fleet.mesh.includes(node) ? fleet.mesh.length - 1 : null,
    },
    monitor_level: readingOf(fleet, 'monitor', node).data?.overall_level ?? null,
    load_avg_1: system?.load_avg_1 ?? null,
    mem_use_pct: system?.mem_use_pct ?? null,
    disk_use_pct: system?.disk_use_pct ?? null,
  };
}
