// The fleet monitor and real clusters: the alerts that are raised are exactly those that the fault deserves, and end with it.
import assert from 'node:assert/strict';
import test, { before, describe } from 'node:test';
import { end } from '../process.ts';
import { until } from '../world.ts';
import { type Cluster, makeCluster, type Member } from './fleet-site.ts';
import { needRoot } from './packages.ts';

/** The next refresh has just these alerts. */
function expectAlerts({ alerts }: Cluster, ...expected: readonly string[]): void {
  assert.deepEqual([...alerts()].sort(), [...expected].sort());
}

/** Until the programs themselves have noticed. */
async function settled({ alerts }: Cluster, ...expected: readonly string[]): Promise<void> {
  const sorted = [...expected].sort().join();
  let last = '';
  await until(() => (last = [...alerts()].sort().join()) === sorted).catch(() => assert.equal(last, sorted));
}

const stateOf = ({ report }: Member): unknown =>
  report('rqlite', { rqlite: { url: 'http://127.0.0.1:4001' } }).known['raft_state'];

/** As long as nobody is one, there is no leader to be had. */
async function leaderOf({ members }: Cluster): Promise<Member> {
  let leader: Member | undefined;
  await until(() => (leader = members.find((member) => stateOf(member) === 'Leader')) !== undefined);
  return leader ?? assert.fail();
}

describe('monitor and real clusters', () => {
  before(needRoot);

  test('three nodes: a node that ssh does not reach, a leader killed, reports of an old version, a wrong clock, a full disk', async (t) => {
    const cluster = await makeCluster(t, 3);
    const [, , third] = cluster.members;
    assert.ok(third);
    expectAlerts(cluster);

    third.setReachable(false);
    expectAlerts(cluster, 'critical node-reached:node3');
    third.setReachable(true);
    expectAlerts(cluster);

    const leader = await leaderOf(cluster);
    await end(leader.rqlite);
    await settled(cluster, `critical rqlite-responding:${leader.name}`);
    await leader.startRqlite();
    await settled(cluster);

    third.changeReport('report.timestamp = new Date(Date.parse(report.timestamp) + 60_000).toISOString()');
    expectAlerts(cluster, 'warning clock:node3');
    third.changeReport("report.version = '0.0.1'");
    expectAlerts(cluster, 'warning versions:cluster/ops-monitor');
    third.changeReport('report.system.disk_use_pct = 97');
    expectAlerts(cluster, 'warning disk:node3');
    third.changeReport('');
    expectAlerts(cluster);
  });

  test('five nodes: a network cut in two is one alert with two sides; a peer that never shook hands', async (t) => {
    const cluster = await makeCluster(t, 5);
    expectAlerts(cluster);
    cluster.cut('node4', 'node5');
    await settled(cluster, 'critical network-cut:cluster');
    const cut = cluster.allAlerts().find(({ id }) => id === 'network-cut:cluster');
    assert.match(cut?.message ?? '', /node1, node2, node3 on one side, node4 and node5 on the other/);
    assert.ok((cut?.consequences.length ?? 0) >= 2, JSON.stringify(cut));
    cluster.mend();
    await settled(cluster);

    const [first] = cluster.members;
    const stranger = first?.must('sh', '-c', 'wg genkey | wg pubkey').trim() ?? '';
    first?.must('wg', 'set', 'wg0', 'peer', stranger, 'allowed-ips', '10.9.0.99/32');
    expectAlerts(cluster, 'critical wireguard-handshake:node1/10.9.0.99');
    first?.must('wg', 'set', 'wg0', 'peer', stranger, 'remove');
    expectAlerts(cluster);
  });
});
