// Clusters of literals: nodes with rqlite, a mesh of WireGuard and everything else that a report knows, all well, and what may go wrong.
import { alertsIn, fleetOf, reportWith } from '../fleet.ts';

type Fields = Record<string, unknown>;
/** Section → its fields. */
export type Sections = Record<string, Fields>;
export type Reports = Record<string, Sections | Error>;

export const nameOf = (index: number): string => `node${index}`;
const raftOf = (index: number): string => `192.0.2.${index}:4002`;
const tunnelOf = (index: number): string => `10.0.0.${index}`;
const keyOf = (index: number): string => `key-of-${index}`;

export const peer = (index: number, more: Fields = {}): Fields => ({
  public_key: keyOf(index),
  endpoint: `192.0.2.${index}:51820`,
  allowed_ips: `${tunnelOf(index)}/32`,
  latest_handshake: 1_700_000_000,
  handshake_age_sec: 30,
  keepalive: 25,
  ...more,
});

const isLeader = (index: number): boolean => index === 1;

const others = (count: number, index: number): number[] =>
  Array.from({ length: count }, (_, at) => at + 1).filter((other) => other !== index);

function healthyNode(count: number, index: number): Sections {
  const seen = others(count, index);
  return {
    system: {
      time_unix: 1,
      cpu_count: 2,
      load_avg_1: 0.5,
      mem_use_pct: 20,
      swap_use_pct: 0,
      disk_use_pct: 20,
      inode_use_pct: 5,
      oom_kills: 3,
      recent_oom_kills: 0,
    },
    services: {
      services: [{ name: 'rqlite.service', active_state: 'active', sub_state: 'running', restart_loop_risk: false }],
      failed_units: [],
    },
    rqlite: {
      address: 'http://127.0.0.1:4001',
      responsive: true,
      ready: true,
      strong_read: true,
      raft_state: isLeader(index) ? 'Leader' : 'Follower',
      leader_addr: raftOf(1),
      raft_addr: raftOf(index),
      term: 3,
      applied_index: 1000,
      commit_index: 1000,
      fsm_pending: 0,
      num_peers: count - 1,
      voter: true,
      uptime_seconds: 10_000,
      version: 'v9.4.5',
      goroutines: 30,
      heap_mb: 10,
      nodes: Object.fromEntries(
        [index, ...seen].map((one) => [raftOf(one), { reachable: true, leader: isLeader(one), voter: true }]),
      ),
      recent_errors: { query_errors: 0, execute_errors: 0, leader_not_found: 0, snapshot_errors: 0 },
    },
    wireguard: {
      interface: 'wg0',
      interface_up: true,
      wg_ip: tunnelOf(index),
      peer_count: seen.length,
      peers: seen.map((other) => peer(other)),
    },
    olric: { service_active: true, responsive: true, memberlist_up: true, member_count: count },
    ipfs: {
      daemon_active: true,
      swarm_peers: count - 1,
      has_swarm_key: true,
      bootstrap_empty: true,
      cluster_active: true,
      cluster_peer_count: count - 1,
      cluster_errors: 0,
      repo_use_pct: 10,
      kubo_version: '0.42.0',
    },
    gateway: { responsive: true, http_status: 200, version: '1', subsystems: { rqlite: { status: 'ok' } } },
    dns: {
      coredns_active: true,
      coredns_healthy: true,
      coredns_ready: true,
      caddy_active: true,
      port_53_bound: true,
      port_443_bound: true,
      soa_resolves: true,
      ns_resolves: true,
      base_a_resolves: true,
      wildcard_resolves: true,
      certificates: [{ name: 'example.org', days_left: 60 }],
    },
    anyone: { relay_active: true, bootstrapped: true, bootstrap_pct: 100, version: '0.4.10' },
    network: { internet_reachable: true, tcp_retrans_pct: 0.1, ufw_active: true, ufw_rules: ['22/tcp ALLOW Anywhere'] },
    processes: { zombie_count: 0, orphan_count: 0, panic_count: 0 },
    namespaces: {
      namespaces: [
        {
          name: 'alice',
          found_by: 'its units',
          rqlite_up: true,
          olric_up: true,
          gateway_up: true,
          gateway_status: 200,
        },
      ],
    },
  };
}

/** node1 to nodeN, all well; node1 is the leader. */
export const healthyCluster = (count: number): Reports =>
  Object.fromEntries([...others(count, 0)].map((index) => [nameOf(index), healthyNode(count, index)]));

/** The sections of a node, to be changed. */
export function of(reports: Reports, index: number): Sections {
  const found = reports[nameOf(index)];
  if (found === undefined || found instanceof Error) throw new Error(`${nameOf(index)} has no report`);
  return found;
}

export function change(reports: Reports, index: number, section: string, fields: Fields): void {
  of(reports, index)[section] = { ...of(reports, index)[section], ...fields };
}

/** A node that rqlite of another does not reach. */
export function loseRqlite(reports: Reports, index: number, other: number): void {
  const { nodes } = of(reports, index)['rqlite'] as { nodes: Fields };
  nodes[raftOf(other)] = { reachable: false, leader: false, voter: true, error: 'timeout' };
}

export function changePeer(reports: Reports, index: number, other: number, fields: Fields): void {
  const { peers } = of(reports, index)['wireguard'] as { peers: Fields[] };
  change(reports, index, 'wireguard', {
    peers: peers.map((one) => (one['public_key'] === keyOf(other) ? { ...one, ...fields } : one)),
  });
}

/** rqlite of a node no longer runs: it does not answer, and nobody reaches it. */
export function killRqlite(reports: Reports, index: number): void {
  of(reports, index)['rqlite'] = { found_by: 'the configuration', responsive: false };
  for (const name of Object.keys(reports)) {
    const other = Number(name.slice(4));
    if (other !== index && !(reports[name] instanceof Error) && of(reports, other)['rqlite']?.['nodes'])
      loseRqlite(reports, other, index);
  }
}

/** No leader is known to these nodes. */
export function loseLeader(reports: Reports, ...indexes: readonly number[]): void {
  for (const index of indexes)
    change(reports, index, 'rqlite', {
      raft_state: 'Candidate',
      leader_addr: null,
      ready: false,
      ready_says: '[+]node ok [-]leader does not exist',
      strong_read: false,
      strong_read_says: 'leader not found',
    });
}

/** The first side goes on; the others are cut off from it and, if they are not more than half, lose their leader. */
export function cutNetwork(reports: Reports, first: readonly number[], second: readonly number[], age = 30): void {
  for (const one of first)
    for (const other of second) {
      loseRqlite(reports, one, other);
      loseRqlite(reports, other, one);
      changePeer(reports, one, other, { handshake_age_sec: age });
      changePeer(reports, other, one, { handshake_age_sec: age });
    }
}

export const judge = (
  reports: Reports,
  roles: Readonly<Record<string, string>> = {},
  targets: Readonly<Record<string, string>> = {},
) =>
  fleetOf(
    Object.fromEntries(
      Object.entries(reports).map(([name, one]) => [name, one instanceof Error ? one : reportWith(one)]),
    ),
    roles,
    targets,
  );

/** `severity id` of each alert. */
export const idsIn = async (reports: Reports, roles?: Readonly<Record<string, string>>): Promise<string[]> =>
  (await judge(reports, roles)).alerts.map(({ severity, id }) => `${severity} ${id}`);

/** `severity id: message` of each alert. */
export const messagesIn = async (reports: Reports, roles?: Readonly<Record<string, string>>): Promise<string[]> =>
  alertsIn(await judge(reports, roles));
