// Each judgement about one node: what raises it, what just does not, and that nothing is found where nothing was read.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { judgements } from '../../../lib/fleet/judge/index.ts';
import { change, healthyCluster, judge, messagesIn, of } from './cluster.ts';

type Fields = Record<string, unknown>;

interface Case {
  readonly section: string;
  /** Just well: at the limit. */
  readonly good?: Fields;
  readonly bad: Fields;
  readonly role?: string;
  readonly raises: string | readonly string[];
}

const unit = (more: Fields): Fields => ({
  services: [{ name: 'a.service', active_state: 'active', sub_state: 'running', restart_loop_risk: false, ...more }],
});
const namespace = (more: Fields): Fields => ({ namespaces: [{ name: 'alice', found_by: 'x', ...more }] });
const days = (days_left: number, problem?: string): Fields => ({
  certificates: [{ name: 'example.org', days_left, ...(problem === undefined ? {} : { problem }) }],
});

/** On node2 of two. */
const cases: readonly Case[] = [
  {
    section: 'rqlite',
    bad: { responsive: false },
    raises: [
      'critical rqlite-voters:cluster: 1 of 2 voters of rqlite are there, and it needs 2',
      'critical rqlite-responding:node2: rqlite of node2 does not answer',
    ],
  },
  {
    section: 'rqlite',
    bad: { raft_state: 'Shutdown' },
    raises: 'critical rqlite-state:node2: rqlite of node2 is Shutdown',
  },
  {
    section: 'rqlite',
    bad: { raft_state: 'Candidate' },
    raises: 'warning rqlite-state:node2: rqlite of node2 is Candidate',
  },
  {
    section: 'rqlite',
    bad: { ready: false, ready_says: '[-]store not ready' },
    raises: 'warning rqlite-ready:node2: rqlite of node2 is not ready: [-]store not ready',
  },
  {
    section: 'rqlite',
    bad: { strong_read: false, strong_read_level: 'linearizable', strong_read_says: 'timeout' },
    raises: 'warning rqlite-read:node2: a linearizable read on node2 fails: timeout',
  },
  {
    section: 'rqlite',
    good: { applied_index: 900, commit_index: 900 },
    bad: { applied_index: 899, commit_index: 899 },
    raises: 'warning rqlite-applied:node2: rqlite of node2 is behind node1 by 101 entries (warning above 100)',
  },
  {
    section: 'rqlite',
    good: { commit_index: 1100 },
    bad: { commit_index: 1101 },
    raises:
      'warning rqlite-commit:node2: entries that rqlite of node2 has committed and not applied: 101 (warning above 100)',
  },
  {
    section: 'rqlite',
    good: { fsm_pending: 10 },
    bad: { fsm_pending: 11 },
    raises:
      'warning rqlite-fsm-pending:node2: entries that wait to be applied by rqlite of node2: 11 (warning above 10)',
  },
  {
    section: 'rqlite',
    good: { goroutines: 1000 },
    bad: { goroutines: 1001 },
    raises: 'warning rqlite-goroutines:node2: goroutines of rqlite of node2: 1001 (warning above 1000)',
  },
  {
    section: 'rqlite',
    good: { heap_mb: 1000 },
    bad: { heap_mb: 1001 },
    raises: 'warning rqlite-heap:node2: the heap of rqlite of node2 is 1001 MiB (warning above 1000 MiB)',
  },
  {
    section: 'rqlite',
    good: { debug_vars: { leader_not_found: 7, snapshot_errors: 7, query_errors: 7 } },
    bad: { recent_errors: { leader_not_found: 1 } },
    raises:
      'warning rqlite-leader-not-found:node2: requests to rqlite of node2 without a leader lately: 1 (warning above 0)',
  },
  {
    section: 'rqlite',
    bad: { recent_errors: { snapshot_errors: 2 } },
    raises: 'warning rqlite-snapshots:node2: snapshots of rqlite of node2 that failed lately: 2 (warning above 0)',
  },
  {
    section: 'rqlite',
    bad: { recent_errors: { query_errors: 2, execute_errors: 1 } },
    raises: 'info rqlite-errors:node2: queries and executions of rqlite of node2 that failed lately: 3 (info above 0)',
  },
  {
    section: 'rqlite',
    good: { term: 4 },
    bad: { term: 5 },
    raises: 'warning rqlite-terms:cluster: Raft terms of rqlite lie from 3 to 5, apart by 2 (warning above 1)',
  },
  {
    section: 'rqlite',
    bad: { leader_addr: '192.0.2.2:4002' },
    raises: 'warning rqlite-leader-agreement:cluster: rqlite has 2 leaders, depending on which node is asked',
  },
  {
    section: 'rqlite',
    bad: { version: 'v8.43.4' },
    raises: 'warning versions:cluster/rqlite: rqlite has 2 versions: v9.4.5 on node1, v8.43.4 on node2',
  },
  {
    section: 'wireguard',
    bad: { interface_up: false },
    raises: 'critical wireguard-interface:node2: the interface wg0 of node2 is down',
  },
  {
    section: 'wireguard',
    bad: { peer_count: 0, peers: [] },
    raises: 'critical wireguard-peers:node2: node2 lacks node1 among its peers of WireGuard',
  },
  {
    section: 'system',
    good: { recent_oom_kills: 0, oom_kills: 9 },
    bad: { recent_oom_kills: 1 },
    raises: 'critical oom-kills:node2: processes of node2 killed for lack of memory lately: 1 (critical above 0)',
  },
  {
    section: 'system',
    good: { inode_use_pct: 90 },
    bad: { inode_use_pct: 90.1 },
    raises: 'warning inodes:node2: inodes of the root filesystem of node2 are 90.1 % in use (warning above 90 %)',
  },
  {
    section: 'system',
    good: { inode_use_pct: 90 },
    bad: { inode_use_pct: 95.1 },
    raises: 'critical inodes:node2: inodes of the root filesystem of node2 are 95.1 % in use (critical above 95 %)',
  },
  {
    section: 'system',
    good: { mem_use_pct: 90 },
    bad: { mem_use_pct: 90.01 },
    raises: 'warning memory:node2: memory of node2 is 90.01 % in use (warning above 90 %)',
  },
  {
    section: 'system',
    good: { disk_use_pct: 85 },
    bad: { disk_use_pct: 86 },
    raises: 'warning disk:node2: the root filesystem of node2 is 86 % full (warning above 85 %)',
  },
  {
    section: 'system',
    good: { load_avg_1: 4 },
    bad: { load_avg_1: 5 },
    raises: 'warning load:node2: the load of node2 is 2.5 per processor (warning above 2)',
  },
  {
    section: 'system',
    good: { load_avg_1: 0, cpu_count: 0 },
    bad: { swap_use_pct: 31 },
    raises: 'info swap:node2: swap of node2 is 31 % in use (info above 30 %)',
  },
  {
    section: 'services',
    good: unit({ active_state: 'reloading' }),
    bad: unit({ active_state: 'failed', sub_state: 'failed' }),
    raises: 'critical service-state:node2/a.service: a.service of node2 is failed (failed)',
  },
  {
    section: 'services',
    good: unit({ active_state: 'inactive', sub_state: 'dead', enabled: 'disabled' }),
    bad: unit({ active_state: 'inactive', sub_state: 'dead', enabled: 'enabled' }),
    raises: 'warning service-state:node2/a.service: a.service of node2 is not active, but inactive (dead)',
  },
  {
    section: 'services',
    good: unit({ n_restarts: 9 }),
    bad: unit({ n_restarts: 9, restart_loop_risk: true }),
    raises: 'warning service-restarts:node2/a.service: a.service of node2 is restarted again and again, 9 times so far',
  },
  {
    section: 'services',
    bad: { failed_units: ['b.service', 'c.mount'] },
    raises: 'warning failed-units:node2: units of node2 that have failed: 2 (warning above 0): b.service, c.mount',
  },
  {
    section: 'processes',
    bad: { panic_count: 1 },
    raises: 'critical panics:node2: panics and fatal errors in the log of node2 within an hour: 1 (critical above 0)',
  },
  {
    section: 'processes',
    bad: { zombie_count: 1, orphan_count: 2 },
    raises: [
      'info zombies:node2: zombies of node2: 1 (info above 0)',
      'info orphans:node2: orphans of node2: 2 (info above 0)',
    ],
  },
  { section: 'dns', bad: { coredns_active: false }, raises: 'warning coredns:node2: CoreDNS of node2 does not run' },
  {
    section: 'dns',
    role: 'nameserver-ns1',
    bad: { coredns_active: false, soa_resolves: false },
    raises: 'critical coredns:node2: CoreDNS of node2 does not run',
  },
  {
    section: 'dns',
    role: 'nameserver-ns1',
    bad: { coredns_healthy: false },
    raises: 'warning coredns:node2: CoreDNS of node2 is not healthy: /health does not answer 200',
  },
  { section: 'dns', bad: { caddy_active: false }, raises: 'critical caddy:node2: Caddy of node2 does not run' },
  {
    section: 'dns',
    good: { caddy_active: null, port_443_bound: false },
    bad: { caddy_reload_ok: false },
    raises: 'warning caddy:node2: Caddy of node2 did not take its last configuration',
  },
  {
    section: 'dns',
    good: { coredns_active: null, port_53_bound: false },
    bad: { port_53_bound: false, port_443_bound: false },
    raises: [
      'critical dns-ports:node2/53: nothing listens on port 53 of node2, though CoreDNS runs',
      'critical dns-ports:node2/443: nothing listens on port 443 of node2, though Caddy runs',
    ],
  },
  {
    section: 'dns',
    role: 'nameserver',
    bad: { coredns_active: null, coredns_healthy: null, coredns_ready: null, port_53_bound: false },
    raises: 'critical dns-ports:node2/53: nothing listens on port 53 of node2, a name server',
  },
  {
    section: 'dns',
    bad: { soa_resolves: false, ns_resolves: false, base_a_resolves: false, wildcard_resolves: false },
    raises: [
      'warning dns-resolution:node2/SOA: the SOA record of the zone does not resolve on node2',
      'warning dns-resolution:node2/NS: the NS record of the zone does not resolve on node2',
      'warning dns-resolution:node2/A: the address of the zone does not resolve on node2',
      'warning dns-resolution:node2/wildcard: a name of the wildcard does not resolve on node2',
    ],
  },
  {
    section: 'dns',
    good: days(14),
    bad: days(13.5),
    raises:
      'warning certificate:node2/example.org: the certificate for example.org on node2 expires in 13d 12h (warning below 14d)',
  },
  {
    section: 'dns',
    bad: days(-2),
    raises: 'critical certificate:node2/example.org: the certificate for example.org on node2 expired 2d ago',
  },
  {
    section: 'dns',
    bad: days(60, 'it is self-signed'),
    raises:
      'warning certificate:node2/example.org: the certificate for example.org on node2 would be refused: it is self-signed',
  },
  {
    section: 'dns',
    good: { certificates: null, base_tls_days_left: 14 },
    bad: { certificates: null, base_tls_days_left: 1 },
    raises:
      'warning certificate:node2/the zone: the certificate for the zone on node2 expires in 1d (warning below 14d)',
  },
  {
    section: 'anyone',
    good: { bootstrapped: null, bootstrap_pct: 100 },
    bad: { bootstrapped: false, bootstrap_pct: 80 },
    raises: 'warning anyone-bootstrap:node2: Anyone of node2 has not joined its network: it is 80 % of the way',
  },
  {
    section: 'namespaces',
    good: namespace({ gateway_up: true }),
    bad: namespace({ gateway_up: false, rqlite_up: false, olric_up: false }),
    raises: [
      'warning namespace-gateway:node2/alice: the gateway of the namespace alice does not answer on node2',
      'warning namespace-rqlite:node2/alice: rqlite of the namespace alice does not answer on node2',
      'warning namespace-olric:node2/alice: Olric of the namespace alice does not answer on node2',
    ],
  },
  {
    section: 'namespaces',
    bad: namespace({ gateway_up: true, gateway_status: 503 }),
    raises:
      'warning namespace-gateway:node2/alice: the gateway of the namespace alice answers with status 503 on node2',
  },
  {
    section: 'namespaces',
    bad: { namespaces: [] },
    raises: 'info namespace-spread:cluster/alice: the namespace alice is not on node2',
  },
  { section: 'network', bad: { ufw_active: false }, raises: 'critical ufw:node2: the firewall of node2 is inactive' },
  {
    section: 'network',
    good: {
      ufw_rules: [
        '4001/tcp ALLOW 10.0.0.0/24',
        '4001 on wg0 ALLOW Anywhere',
        '10.0.0.1 4001/tcp ALLOW Anywhere',
        '4001 DENY Anywhere',
      ],
    },
    bad: { ufw_rules: ['22/tcp ALLOW Anywhere', '4001:4002/tcp ALLOW IN Anywhere'] },
    raises:
      'critical ufw-internal-ports:node2: the firewall of node2 lets anybody reach rqlite on port 4001 (4001:4002/tcp ALLOW IN Anywhere), Raft of rqlite on port 4002 (4001:4002/tcp ALLOW IN Anywhere)',
  },
  {
    section: 'network',
    good: {
      ufw_rules: ['4001/tcp (v6) ALLOW Anywhere (v6)'],
      listening_ports: [{ proto: 'tcp', address: '127.0.0.1', port: 4001 }],
    },
    bad: {
      ufw_rules: ['4001/tcp (v6) ALLOW Anywhere (v6)'],
      listening_ports: [{ proto: 'tcp', address: '0.0.0.0', port: 4001 }],
    },
    raises:
      'critical ufw-internal-ports:node2: the firewall of node2 lets anybody reach rqlite on port 4001 (4001/tcp (v6) ALLOW Anywhere (v6))',
  },
  {
    section: 'network',
    bad: { internet_reachable: false },
    raises: 'warning internet:node2: node2 does not reach the internet',
  },
  {
    section: 'network',
    good: { tcp_retrans_pct: 5 },
    bad: { tcp_retrans_pct: 5.2 },
    raises: 'warning retransmission:node2: TCP segments that node2 sent again: 5.2 % (warning above 5 %)',
  },
  {
    section: 'olric',
    bad: { service_active: false, responsive: null, memberlist_up: false, member_count: null },
    raises: 'critical olric-responding:node2: Olric of node2 does not run',
  },
  {
    section: 'olric',
    bad: { memberlist_up: false },
    raises: 'critical olric-memberlist:node2: Olric of node2 does not listen for other members',
  },
  {
    section: 'olric',
    bad: { member_count: 1 },
    raises: 'warning olric-members:node2: Olric of node2 sees 1 of 2 members',
  },
  {
    section: 'olric',
    good: { log_suspects_1h: 0, log_flapping_1h: 5, log_errors_1h: 20, process_mem_mb: 500, restart_count: 9 },
    bad: { log_suspects_1h: 1, log_flapping_1h: 6, log_errors_1h: 21, process_mem_mb: 501 },
    raises: [
      'warning olric-suspects:node2: members that Olric of node2 suspected within an hour: 1 (warning above 0)',
      'warning olric-flapping:node2: members that left or joined in the log of Olric of node2 within an hour: 6 (warning above 5)',
      'warning olric-errors:node2: errors in the log of Olric of node2 within an hour: 21 (warning above 20)',
      'warning olric-memory:node2: Olric of node2 uses 501 MiB (warning above 500 MiB)',
    ],
  },
  {
    section: 'ipfs',
    bad: { daemon_active: false, swarm_peers: null, cluster_active: false, cluster_peer_count: null },
    raises: 'critical ipfs-responding:node2: kubo of node2 does not answer',
  },
  {
    section: 'ipfs',
    bad: { cluster_active: false, cluster_peer_count: null },
    raises: 'critical ipfs-cluster-responding:node2: ipfs-cluster of node2 does not answer',
  },
  {
    section: 'ipfs',
    bad: { swarm_peers: 0 },
    raises: 'critical ipfs-swarm:node2: kubo of node2 has 0 peers; other nodes with kubo: 1',
  },
  {
    section: 'ipfs',
    bad: { cluster_peer_count: 0, cluster_errors: 1 },
    raises: [
      'warning ipfs-cluster-peers:node2: ipfs-cluster of node2 has 0 peers; other nodes with it: 1',
      'warning ipfs-cluster-errors:node2: members of ipfs-cluster with an error, as node2 sees them: 1 (warning above 0)',
    ],
  },
  {
    section: 'ipfs',
    good: { repo_use_pct: 90 },
    bad: { repo_use_pct: 96 },
    raises: 'critical ipfs-repository:node2: the repository of kubo of node2 is 96 % full (critical above 95 %)',
  },
  {
    section: 'ipfs',
    bad: { has_swarm_key: false },
    raises: 'critical ipfs-swarm-key:node2: node2 lacks the swarm key that other nodes have',
  },
  {
    section: 'ipfs',
    bad: { bootstrap_empty: false },
    raises: 'warning ipfs-bootstrap:node2: kubo of node2 has a swarm key, and a bootstrap list that is not empty',
  },
  {
    section: 'gateway',
    bad: { responsive: false, http_status: null, subsystems: null },
    raises: 'critical gateway-responding:node2: the gateway of node2 does not answer',
  },
  {
    section: 'gateway',
    bad: { http_status: 503 },
    raises: 'warning gateway-status:node2: the gateway of node2 answers with status 503',
  },
  {
    section: 'gateway',
    good: { subsystems: { rqlite: { status: 'Healthy' }, olric: {} } },
    bad: { subsystems: { rqlite: { status: 'degraded', error: 'slow' } } },
    raises: 'warning gateway-subsystem:node2/rqlite: the gateway of node2 says that rqlite is degraded: slow',
  },
];

describe('judgements about a node', () => {
  for (const { section, good, bad, role, raises } of cases) {
    const expected = [raises].flat();
    const roles = role === undefined ? {} : { node2: role };
    test(`${section} ${JSON.stringify(bad)}: ${expected.join('; ').split(':', 1).join()}`, async () => {
      if (good) {
        const reports = healthyCluster(2);
        change(reports, 2, section, good);
        assert.deepEqual(await messagesIn(reports, roles), [], 'at the limit');
      }
      const reports = healthyCluster(2);
      change(reports, 2, section, bad);
      const { alerts } = await judge(reports, roles);
      assert.deepEqual(
        alerts.map(({ severity, id, message }) => `${severity} ${id}: ${message}`),
        expected,
      );
      for (const { evidence, advice, id } of alerts) {
        assert.ok(Object.keys(evidence).length > 0 && advice.length > 20, id);
        assert.ok(id.includes(':cluster') || 'node2' in evidence, id);
      }
    });
  }

  test('every judgement is among the cases here, or among those between nodes', () => {
    const tried = new Set(cases.flatMap(({ raises }) => [raises].flat().map((one) => one.split(/[ :]/)[1])));
    const between = [
      'node-reached',
      'section-missing',
      'network-cut',
      'address-conflict',
      'rqlite-leader',
      'rqlite-peer',
      'wireguard-handshake',
      'clock',
    ];
    assert.deepEqual(
      judgements.map(({ name }) => name).filter((name) => !tried.has(name)),
      between,
    );
  });

  test('fields that were not read raise nothing, and sections without any neither', async () => {
    const names = Object.keys(of(healthyCluster(1), 1));
    assert.equal(names.length, 12);
    for (const section of names) {
      const fields = Object.keys(of(healthyCluster(1), 1)[section]!).filter((field) => field !== 'time_unix');
      assert.ok(fields.length > 0);
      for (const field of [...fields, fields]) {
        const reports = healthyCluster(3);
        change(reports, 3, section, Object.fromEntries([field].flat().map((one) => [one, null])));
        assert.deepEqual(await messagesIn(reports), [], `${section} without ${String(field)}`);
      }
    }
  });
});
