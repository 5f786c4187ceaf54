// A fleet of nodes whose reports are literals.
import { assessFleet, type Fleet } from '../../lib/fleet/assess.ts';
import { collectFleet } from '../../lib/fleet/collect.ts';
import { fleetConfig, type FleetSettings } from '../../lib/fleet/config.ts';
import { reportSections } from '../../lib/node/sections/index.ts';

export const usual = fleetConfig.fleet.parse(undefined);

export const at = new Date('2026-11-20T12:00:00Z');

/** A report with these sections; every other section is absent. */
export function reportWith(sections: Readonly<Record<string, unknown>>, about: object = {}): string {
  const absent = Object.keys(reportSections)
    .filter((name) => !Object.hasOwn(sections, name))
    .map((section) => ({ section, reason: 'it is not installed' }));
  return JSON.stringify({
    schema_version: 1,
    timestamp: at.toISOString(),
    hostname: 'node',
    version: '0.1.0',
    collect_ms: 50,
    errors: [],
    absent,
    ...Object.fromEntries(absent.map(({ section }) => [section, null])),
    ...sections,
    ...about,
  });
}

/** Node → what it prints, or the error of asking it; judged as an environment `devnet` with the default settings. */
export async function fleetOf(
  answers: Readonly<Record<string, string | Error>>,
  roles: Readonly<Record<string, string>> = {},
  targets: Readonly<Record<string, string>> = {},
  settings: FleetSettings = usual,
): Promise<Fleet> {
  const reading = await collectFleet({
    environment: 'devnet',
    nodes: Object.keys(answers).map((name) => ({ name, target: targets[name] ?? `root@${name}`, role: roles[name] })),
    ask: async ({ name }) => {
      const answer = answers[name] ?? '';
      if (answer instanceof Error) throw answer;
      return answer;
    },
    atOnce: 10,
    deadlineMs: 5000,
    now: () => at,
    monotonicMs: () => 0,
  });
  return assessFleet(reading, settings, at);
}

/** `severity id: message` of each alert. */
export const alertsIn = ({ alerts }: Fleet): string[] =>
  alerts.map(({ severity, id, message }) => `${severity} ${id}: ${message}`);

export const publicKey = (number: number): string => `${'k'.repeat(40)}${number}=`;

/** Sections of the node with this number among so many: all is well but for nodes that are down, and node 1 is the leader. */
export function healthySections(
  number: number,
  count: number,
  down: readonly number[] = [],
): Readonly<Record<string, Record<string, unknown>>> {
  const others = Array.from({ length: count }, (_, index) => index + 1).filter((other) => other !== number);
  const ageOf = (other: number): number => (down.includes(other) ? 600 : 40 + (other % 60));
  return {
    system: {
      cpu_count: 4,
      load_avg_1: 0.42,
      load_avg_5: 0.4,
      load_avg_15: 0.38,
      mem_total_mb: 7944,
      mem_used_mb: 2383,
      mem_available_mb: 5561,
      mem_use_pct: 30,
      swap_total_mb: 2048,
      swap_used_mb: 20,
      swap_use_pct: 1,
      disk_total_gb: 80,
      disk_used_gb: 32.8,
      disk_avail_gb: 47.2,
      disk_use_pct: 41,
      inode_use_pct: 6,
      oom_kills: 0,
      recent_oom_kills: 0,
      kernel_version: '6.1.0-28-amd64',
      uptime_seconds: 864_000,
      uptime_since: '2026-11-10T12:00:00Z',
      time_unix: at.getTime() / 1000,
      clock_synchronised: true,
    },
    services: {
      services: ['site-rqlite', 'site-olric', 'site-gateway', 'coredns', 'caddy'].map((unit) => ({
        name: `${unit}.service`,
        active_state: 'active',
        sub_state: 'running',
        enabled: 'enabled',
        n_restarts: 0,
        active_since_sec: 863_900,
        memory_current_mb: 61,
        main_pid: 700,
        restart_loop_risk: false,
      })),
      failed_units: [],
    },
    rqlite: {
      address: `http://10.0.0.${number}:5001`,
      found_by: 'the unit site-rqlite.service',
      responsive: true,
      ready: true,
      strong_read: true,
      strong_read_level: 'linearizable',
      raft_state: number === 1 ? 'Leader' : 'Follower',
      leader_addr: '10.0.0.1:7001',
      leader_id: '10.0.0.1:7001',
      node_id: `10.0.0.${number}:7001`,
      raft_addr: `10.0.0.${number}:7001`,
      term: 7,
      applied_index: 48_211,
      commit_index: 48_211,
      fsm_pending: 0,
      num_peers: count - 1,
      voter: true,
      nodes: Object.fromEntries(
        [number, ...others].map((one) => [
          `10.0.0.${one}:7001`,
          { reachable: !down.includes(one), leader: one === 1, voter: true },
        ]),
      ),
      version: 'v8.43.4',
      goroutines: 60,
      heap_mb: 35,
    },
    olric: {
      service_active: true,
      responsive: true,
      memberlist_up: true,
      member_count: count,
      coordinator: '10.0.0.1:3320',
      process_mem_mb: 48,
      restart_count: 0,
    },
    gateway: { responsive: true, http_status: 200, version: '0.90.0', subsystems: { database: { status: 'ok' } } },
    wireguard: {
      interface: 'wg0',
      interface_up: true,
      service_active: true,
      wg_ip: `10.0.0.${number}`,
      listen_port: 51_820,
      mtu: 1420,
      config_exists: true,
      config_perms: '600',
      peer_count: others.length,
      peers: others.map((other) => ({
        public_key: publicKey(other),
        endpoint: `192.0.2.${other}:51820`,
        allowed_ips: `10.0.0.${other}/32`,
        latest_handshake: at.getTime() / 1000 - ageOf(other),
        handshake_age_sec: ageOf(other),
        keepalive: 25,
      })),
    },
    dns: {
      coredns_active: true,
      caddy_active: true,
      port_53_bound: true,
      port_80_bound: true,
      port_443_bound: true,
      soa_resolves: true,
      ns_resolves: true,
      ns_record_count: 3,
      base_a_resolves: true,
      wildcard_resolves: true,
      base_tls_days_left: 61,
      wild_tls_days_left: 62,
    },
    network: {
      internet_reachable: true,
      default_route: true,
      tcp_established: 88,
      tcp_retrans_pct: 0.2,
      listening_ports: [{ proto: 'tcp', address: '0.0.0.0', port: 443, process: 'caddy' }],
      ufw_active: true,
    },
    processes: { process_count: 112, zombie_count: 0, zombies: [], orphan_count: 0, orphans: [], panic_count: 0 },
    namespaces: {
      namespaces: ['alice', 'bob'].map((name) => ({
        name,
        found_by: `the unit site-rqlite@${name}.service`,
        rqlite_up: true,
        rqlite_state: number === 1 ? 'Leader' : 'Follower',
        rqlite_ready: true,
        olric_up: true,
        gateway_up: true,
        gateway_status: 200,
      })),
    },
  };
}

type Changes = Readonly<Record<string, object | Error | undefined>>;

/** Nodes `node1` to `nodeN`, all well but for the changes: fields of sections (`{ node2: { system: { mem_use_pct: 95 } } }`), or the
 * error of asking the node. */
export function nodesWith(count: number, changes: Changes = {}): Record<string, string | Error> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const down = numbers.filter((number) => changes[`node${number}`] instanceof Error);
  return Object.fromEntries(
    numbers.map((number): [string, string | Error] => {
      const name = `node${number}`;
      const change = changes[name] ?? {};
      if (change instanceof Error) return [name, change];
      const sections = healthySections(number, count, down);
      const changed = Object.entries(change as Readonly<Record<string, object>>).map(([section, fields]) => [
        section,
        { ...sections[section], ...fields },
      ]);
      return [name, reportWith({ ...sections, ...Object.fromEntries(changed) })];
    }),
  );
}
