// What is wrong between nodes: one alert for each cause, whatever follows from it.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { assessFleet } from '../../../lib/fleet/assess.ts';
import { meshLinks } from '../../../lib/fleet/peers.ts';
import { alertsIn, at, fleetOf, reportWith, usual } from '../fleet.ts';
import {
  change,
  changePeer,
  cutNetwork,
  healthyCluster,
  idsIn,
  judge,
  killRqlite,
  loseLeader,
  loseRqlite,
  messagesIn,
  of,
  peer,
} from './cluster.ts';

describe('judgements between nodes', () => {
  for (const count of [1, 2, 3, 5])
    test(`${count} nodes that are well raise no alerts`, async () => {
      const fleet = await judge(healthyCluster(count));
      assert.deepEqual(
        fleet.alerts.map(({ message }) => message),
        [],
      );
      assert.ok(fleet.observations.length > count * 40, `only ${fleet.observations.length} were judged`);
      assert.ok(fleet.observations.every(({ level }) => level === 'green'));
    });

  for (const count of [2, 3, 5])
    test(`one of ${count} nodes is down, with all that runs on it: one alert, and one about the quorum if that is lost`, async () => {
      const reports = healthyCluster(count);
      killRqlite(reports, count);
      reports[`node${count}`] = new Error('no route to host');
      for (let index = 1; index < count; index++) {
        changePeer(reports, index, count, { handshake_age_sec: 900 });
        change(reports, index, 'olric', { member_count: count - 1 });
        change(reports, index, 'ipfs', { swarm_peers: Math.max(1, count - 2), cluster_peer_count: count - 2 });
        if (count === 2) loseLeader(reports, index);
      }
      const { alerts } = await judge(reports);
      assert.deepEqual(
        alerts.map(({ id }) => id),
        // Of two voters one is no quorum.
        [`node-reached:node${count}`, ...(count === 2 ? ['rqlite-voters:cluster'] : [])],
      );
      assert.ok(alerts[0]!.consequences.includes(`rqlite-peer:node${count}`), alerts[0]!.consequences.join());
    });

  test('a node that is not reached, and works, is one alert', async () => {
    const reports = healthyCluster(3);
    reports['node3'] = new Error('no route to host');
    assert.deepEqual(await idsIn(reports), ['critical node-reached:node3']);
  });

  test('two of three nodes are down: the cluster has lost its quorum, and no leader follows from that', async () => {
    const reports = healthyCluster(3);
    for (const index of [2, 3]) {
      killRqlite(reports, index);
      reports[`node${index}`] = new Error('no route to host');
      changePeer(reports, 1, index, { handshake_age_sec: 900 });
    }
    loseLeader(reports, 1);
    change(reports, 1, 'olric', { member_count: 1 });
    const lost = ['critical node-reached:node2', 'critical node-reached:node3', 'critical rqlite-voters:cluster'];
    assert.deepEqual(await idsIn(reports), lost);
    // A node without a leader may not list the others.
    change(reports, 1, 'rqlite', { nodes: null });
    assert.deepEqual(await idsIn(reports), lost);
  });

  test('a killed leader is one alert, and none once another leads and it is back', async () => {
    const reports = healthyCluster(3);
    killRqlite(reports, 1);
    for (const index of [2, 3]) change(reports, index, 'rqlite', { leader_addr: '192.0.2.2:4002', term: 4 });
    change(reports, 2, 'rqlite', { raft_state: 'Leader' });
    assert.deepEqual(await idsIn(reports), ['critical rqlite-responding:node1']);
    loseLeader(reports, 2, 3);
    const ids = await idsIn(reports);
    assert.deepEqual(ids, ['critical rqlite-leader:cluster', 'critical rqlite-responding:node1']);
  });

  test('a unit that failed is the cause of its program that does not answer', async () => {
    const reports = healthyCluster(3);
    killRqlite(reports, 3);
    change(reports, 3, 'services', {
      services: [{ name: 'rqlite.service', active_state: 'failed', sub_state: 'failed', restart_loop_risk: true }],
      failed_units: ['rqlite.service'],
    });
    assert.deepEqual(await messagesIn(reports), [
      'critical service-state:node3/rqlite.service: rqlite.service of node3 is failed (failed)',
    ]);
  });

  for (const [first, second] of [
    [[1], [2]],
    [[1, 2], [3]],
    [
      [1, 2, 3],
      [4, 5],
    ],
    [
      [3, 4, 5],
      [1, 2],
    ],
  ] as const)
    for (const age of [30, 900])
      test(`a network cut between ${first.join()} and ${second.join()}, handshakes ${age} s old: one alert with both sides`, async () => {
        const reports = healthyCluster(first.length + second.length);
        cutNetwork(reports, first, second, age);
        const all = [...first, ...second];
        if (first.length * 2 <= all.length) loseLeader(reports, ...all);
        else loseLeader(reports, ...second);
        for (const index of second)
          change(reports, index, 'rqlite', { term: 9, applied_index: 500, commit_index: 500 });
        for (const side of [first, second])
          for (const index of side) {
            change(reports, index, 'olric', { member_count: side.length });
            change(reports, index, 'ipfs', { swarm_peers: side.length - 1, cluster_peer_count: side.length - 1 });
          }
        const { alerts } = await judge(reports);
        assert.deepEqual(
          alerts.map(({ id, severity }) => `${severity} ${id}`),
          ['critical network-cut:cluster'],
        );
        const names = (side: readonly number[]): string =>
          side.map((index) => `node${index}`).join(side.length === 2 ? ' and ' : ', ');
        assert.equal(
          alerts[0]!.message,
          `the network is cut: ${names(first)} on one side, ${names(second)} on the other`,
        );
        assert.deepEqual(Object.keys(alerts[0]!.evidence).length, all.length);
      });

  test('what is wrong on one side of a cut does not follow from the cut', async () => {
    const reports = healthyCluster(5);
    cutNetwork(reports, [1, 2, 3], [4, 5]);
    loseLeader(reports, 4, 5);
    changePeer(reports, 1, 2, { latest_handshake: 0, handshake_age_sec: null });
    loseRqlite(reports, 1, 3);
    assert.deepEqual(await idsIn(reports), [
      'critical network-cut:cluster',
      'critical rqlite-peer:node3',
      'critical wireguard-handshake:node1/10.0.0.2',
    ]);
  });

  test('a cut that only WireGuard shows is a cut, too; a tunnel that nobody uses is not', async () => {
    const reports = healthyCluster(3);
    for (const index of [1, 2, 3]) of(reports, index)['rqlite'] = {};
    for (const index of [1, 2]) {
      changePeer(reports, index, 3, { handshake_age_sec: 900 });
      changePeer(reports, 3, index, { handshake_age_sec: 900 });
    }
    assert.deepEqual(await idsIn(reports), ['critical network-cut:cluster']);
    for (const index of [1, 2]) {
      changePeer(reports, index, 3, { keepalive: 0 });
      changePeer(reports, 3, index, { keepalive: 0 });
    }
    assert.deepEqual(await messagesIn(reports), [
      'warning wireguard-handshake:node1/10.0.0.3: the last handshake of node1 and node3 is 15m old (warning above 3m); without keepalive that may be because nobody uses the tunnel',
      'warning wireguard-handshake:node2/10.0.0.3: the last handshake of node2 and node3 is 15m old (warning above 3m); without keepalive that may be because nobody uses the tunnel',
    ]);
  });

  test('nodes that reach one another by way of a third are not cut: the way between them is told', async () => {
    const reports = healthyCluster(3);
    loseRqlite(reports, 1, 3);
    loseRqlite(reports, 3, 1);
    assert.deepEqual(await messagesIn(reports), [
      'critical rqlite-peer:node1: rqlite of node1 is not reached by node3',
      'critical rqlite-peer:node3: rqlite of node3 is not reached by node1',
    ]);
  });

  test('a peer that never shook hands is one critical alert, whichever end says so', async () => {
    const reports = healthyCluster(3);
    changePeer(reports, 3, 1, { latest_handshake: 0, handshake_age_sec: null });
    assert.deepEqual(await messagesIn(reports), [
      'critical wireguard-handshake:node1/10.0.0.3: node1 and node3 never shook hands',
    ]);
    changePeer(reports, 1, 3, { latest_handshake: 0, handshake_age_sec: null });
    const { alerts } = await judge(reports);
    assert.deepEqual(
      alerts.map(({ id }) => id),
      ['wireguard-handshake:node1/10.0.0.3'],
    );
    assert.deepEqual(alerts[0]!.evidence, {
      node1: 'never shook hands with node3',
      node3: 'never shook hands with node1',
    });
  });

  test('rqlite that goes through a tunnel which never stood follows from the tunnel', async () => {
    const reports = healthyCluster(3);
    for (const index of [1, 2, 3])
      change(reports, index, 'rqlite', {
        raft_addr: `10.0.0.${index}:4002`,
        leader_addr: '10.0.0.1:4002',
        nodes: Object.fromEntries(
          [1, 2, 3].map((other) => [
            `10.0.0.${other}:4002`,
            { reachable: index === 3 ? other === 3 : other !== 3, voter: true },
          ]),
        ),
      });
    change(reports, 3, 'rqlite', { leader_addr: null });
    for (const index of [1, 2]) {
      changePeer(reports, 3, index, { latest_handshake: 0, handshake_age_sec: null });
      changePeer(reports, index, 3, { latest_handshake: 0, handshake_age_sec: null });
    }
    assert.deepEqual(await idsIn(reports), [
      'critical wireguard-handshake:node1/10.0.0.3',
      'critical wireguard-handshake:node2/10.0.0.3',
    ]);
  });

  test('an interface that is down is one alert', async () => {
    const reports = healthyCluster(3);
    of(reports, 3)['wireguard'] = { interface: 'wg0', interface_up: false };
    for (const index of [1, 2]) changePeer(reports, index, 3, { handshake_age_sec: 400 });
    assert.deepEqual(await idsIn(reports), ['critical wireguard-interface:node3']);
  });

  test('a peer that is missing in one configuration, and a node of which it is not known whether it has WireGuard', async () => {
    const reports = healthyCluster(3);
    change(reports, 2, 'wireguard', { peer_count: 1, peers: [peer(1)] });
    assert.deepEqual(await messagesIn(reports), [
      'critical wireguard-peers:node2: node2 lacks node3 among its peers of WireGuard',
    ]);
    reports['node4'] = new Error('no route to host');
    // The others lack it as a peer only if it has WireGuard.
    assert.deepEqual(await idsIn(reports), ['critical node-reached:node4', 'critical wireguard-peers:node2']);
  });

  test('a node whose WireGuard could not be read is expected as a peer by each other node', async () => {
    const reports = healthyCluster(3);
    of(reports, 3)['wireguard'] = { interface_up: 7 };
    const unread = 'warning section-read:node3/wireguard';
    assert.deepEqual(await idsIn(reports), [unread]);
    change(reports, 1, 'wireguard', { peer_count: 1, peers: [peer(2)] });
    assert.deepEqual(await messagesIn(reports), [
      'critical wireguard-peers:node1: node1 lacks node3 among its peers of WireGuard',
      `${unread}: wireguard of node3 could not be read: its report is wrong: interface_up: expected boolean; got 7`,
    ]);
  });

  test('a peer that belongs to no node does not stand for one that is missing', async () => {
    const reports = healthyCluster(3);
    reports['node4'] = new Error('no route to host');
    assert.deepEqual(await idsIn(reports), ['critical node-reached:node4']);
    change(reports, 2, 'wireguard', { peer_count: 2, peers: [peer(1), peer(9)] });
    assert.deepEqual(await messagesIn(reports), [
      'critical node-reached:node4: node4 does not report: no route to host',
      'critical wireguard-peers:node2: node2 lacks node3 among its peers of WireGuard',
    ]);
  });

  test('the peer of a laptop does not stand for a node that is missing as a peer', async () => {
    const reports = healthyCluster(3);
    change(reports, 2, 'wireguard', { peer_count: 2, peers: [peer(1), peer(9)] });
    const fleet = await judge(reports);
    assert.deepEqual(alertsIn(fleet), [
      'critical wireguard-peers:node2: node2 lacks node3 among its peers of WireGuard',
    ]);
    assert.deepEqual(
      meshLinks(fleet).flatMap(({ from, to, state }) => (from === 'node2' ? [`${to} ${state}`] : [])),
      ['node1 connected', 'node3 missing', '10.0.0.9 connected'],
    );
  });

  test('an address of WireGuard that two nodes claim is one alert with what both say, and so is a Raft address of its own', async () => {
    const reports = healthyCluster(3);
    change(reports, 3, 'wireguard', { wg_ip: '10.0.0.2' });
    const [alert, ...more] = (await judge(reports)).alerts;
    assert.deepEqual(more, []);
    assert.equal(alert?.id, 'address-conflict:cluster/10.0.0.2');
    assert.equal(alert.message, 'node2 and node3 say that they have the same address of WireGuard 10.0.0.2');
    const said = 'says that its address of WireGuard is 10.0.0.2';
    assert.deepEqual(alert.evidence, { node2: said, node3: said });
    for (const index of [2, 3]) change(reports, index, 'rqlite', { raft_addr: '10.0.0.2:4002' });
    const fleet = await judge(reports);
    assert.ok(
      fleet.alerts[0]!.consequences.includes('address-conflict:cluster/10.0.0.2:4002'),
      alertsIn(fleet).join('\n'),
    );
    change(reports, 3, 'wireguard', { wg_ip: '10.0.0.3' });
    const ids = await idsIn(reports);
    assert.ok(ids.includes('warning address-conflict:cluster/10.0.0.2:4002'), ids.join());
  });

  test('nodes whose rqlite stands alone on the loopback address do not claim one address', async () => {
    const reports = healthyCluster(2);
    for (const index of [1, 2]) change(reports, index, 'rqlite', { raft_addr: 'localhost:4002' });
    assert.ok(!(await idsIn(reports)).some((id) => id.includes('address-conflict')));
  });

  for (const order of ['before', 'after'])
    test(`a key that a node no longer has, ${order} its new key in the list of a peer, is no tunnel of its own`, async () => {
      const reports = healthyCluster(3);
      const old = peer(3, { public_key: 'old', allowed_ips: null, latest_handshake: 0, handshake_age_sec: null });
      const peers = [peer(2), ...(order === 'before' ? [old, peer(3)] : [peer(3), old])];
      change(reports, 1, 'wireguard', { peer_count: 3, peers });
      for (const index of [1, 2, 3]) delete of(reports, index)['rqlite'];
      const fleet = await judge(reports, {}, { node3: 'root@192.0.2.3' });
      assert.deepEqual(alertsIn(fleet), []);
      assert.deepEqual(
        meshLinks(fleet).flatMap(({ from, to, state }) => (from === 'node1' ? [`${to} ${state}`] : [])),
        ['node2 connected', 'node3 connected'],
      );
    });

  test('peers beyond those that are judged do not say that the network is cut', async () => {
    const reports = healthyCluster(2);
    const strangers = Array.from({ length: 500 }, (_, index) => ({ public_key: `k${index}` }));
    for (const index of [1, 2]) {
      delete of(reports, index)['rqlite'];
      const other = peer(3 - index, { handshake_age_sec: 900 });
      change(reports, index, 'wireguard', { peer_count: 501, peers: [...strangers, other] });
    }
    assert.deepEqual(await idsIn(reports), [
      'warning section-read:node1/wireguard.peers',
      'warning section-read:node2/wireguard.peers',
    ]);
  });

  test('two leaders, and who takes whom for the leader, is one alert', async () => {
    const reports = healthyCluster(3);
    change(reports, 3, 'rqlite', { raft_state: 'Leader', leader_addr: '192.0.2.3:4002' });
    const { alerts } = await judge(reports);
    assert.deepEqual(
      alerts.map(({ severity, message }) => `${severity}: ${message}`),
      ['critical: rqlite has 2 leaders: node1 and node3'],
    );
    assert.deepEqual(alerts[0]!.consequences, ['rqlite-leader-agreement:cluster']);
    assert.deepEqual(alerts[0]!.evidence, {
      node1: 'Leader',
      node2: 'Follower, takes 192.0.2.1:4002 for the leader',
      node3: 'Leader',
    });
  });

  test('a member that left without being removed is told by its address', async () => {
    const reports = healthyCluster(3);
    for (const index of [1, 2, 3]) loseRqlite(reports, index, 9);
    assert.deepEqual(await messagesIn(reports), [
      'critical rqlite-peer:cluster/192.0.2.9:4002: rqlite of 192.0.2.9:4002 is not reached by node1, node2, node3',
    ]);
  });

  test('peers of a laptop and of a node that is down: which is whose is not known, and nothing is folded', async () => {
    const reports = healthyCluster(3);
    reports['node3'] = new Error('no route to host');
    changePeer(reports, 1, 3, { handshake_age_sec: 900 });
    const { peers } = of(reports, 1)['wireguard'] as { peers: object[] };
    change(reports, 1, 'wireguard', { peer_count: 3, peers: [...peers, peer(9, { handshake_age_sec: 7200 })] });
    assert.deepEqual(await messagesIn(reports), [
      'critical node-reached:node3: node3 does not report: no route to host',
      'warning wireguard-handshake:node1/10.0.0.3: the last handshake of node1 and the peer 10.0.0.3 is 15m old (warning above 3m)',
      'warning wireguard-handshake:node1/10.0.0.9: the last handshake of node1 and the peer 10.0.0.9 is 2h old (warning above 3m)',
    ]);
  });

  test('what a node says of the way to itself is no finding', async () => {
    const reports = healthyCluster(3);
    loseRqlite(reports, 3, 3);
    assert.deepEqual(await idsIn(reports), []);
  });

  test('a difference of clocks that the travel of the report explains is none', async () => {
    const offset = async (seconds: number, travelMs: number): Promise<string[]> => {
      const { nodes, ...reading } = await judge(healthyCluster(3));
      const node2 = nodes['node2']!;
      const report = { ...node2.report, timestamp: new Date(at.getTime() + seconds * 1000).toISOString() };
      const slow = { ...node2, collection_ms: travelMs, report };
      return assessFleet({ ...reading, nodes: { ...nodes, node2: slow } }, usual, at).alerts.map(({ id }) => id);
    };
    assert.deepEqual(await offset(20, 20_000), []);
    assert.deepEqual(await offset(30, 20_000), ['clock:node2']);
    assert.deepEqual(await offset(20, 100), ['clock:node2']);
  });

  test('a report from the past is told as old, or of a clock that is behind; one from the future is of a clock that is ahead', async () => {
    const messageAt = async (seconds: number): Promise<string | undefined> => {
      const reports = healthyCluster(3);
      const timestamp = new Date(at.getTime() + seconds * 1000).toISOString();
      const texts = Object.keys(reports).map((name, index) => [
        name,
        reportWith(of(reports, index + 1), index === 1 ? { timestamp } : {}),
      ]);
      return alertsIn(await fleetOf(Object.fromEntries(texts))).join();
    };
    assert.equal(
      await messageAt(-3600),
      'warning clock:node2: the report of node2 is old, or its clock is behind that of node1, by at least 1h (warning above 5s)',
    );
    assert.equal(
      await messageAt(3600),
      'warning clock:node2: the clock of node2 is ahead of that of node3, by at least 1h (warning above 5s)',
    );
  });

  test('a member that was started minutes ago is a note', async () => {
    const reports = healthyCluster(3);
    change(reports, 3, 'rqlite', { uptime_seconds: 20 });
    loseRqlite(reports, 1, 3);
    assert.deepEqual(await messagesIn(reports), [
      'info rqlite-peer:node3: rqlite of node3 is not reached by node1, and was started minutes ago',
    ]);
  });

  for (const [count, missing, level, message] of [
    [3, 0, 'green', 'all 3 voters of rqlite are there'],
    [3, 1, 'amber', '2 of 3 voters of rqlite are there, and it needs all of them'],
    [3, 2, 'red', '1 of 3 voters of rqlite are there, and it needs 2'],
    [5, 1, 'green', '4 of 5 voters of rqlite are there'],
    [5, 2, 'amber', '3 of 5 voters of rqlite are there, and it needs all of them'],
    [2, 0, 'green', 'all 2 voters of rqlite are there'],
    [1, 0, 'green', 'all 1 voters of rqlite are there'],
  ] as const)
    test(`${missing} of ${count} voters missing is ${level}, and follows from the first of them`, async () => {
      const reports = healthyCluster(count);
      for (let index = count; index > count - missing; index--) killRqlite(reports, index);
      const { observations, alerts } = await judge(reports);
      const voters = observations.find(({ check }) => check === 'rqlite-voters');
      assert.deepEqual([voters?.level, voters?.message], [level, message]);
      // A quorum that is lost is told beside its causes.
      assert.deepEqual(alerts.length, missing + Number(level === 'red'));
    });

  test('one node that names a stranger as the leader does not hide that there is none', async () => {
    const reports = healthyCluster(3);
    loseLeader(reports, 1, 2, 3);
    const without = await idsIn(reports);
    assert.ok(without.includes('critical rqlite-leader:cluster'), without.join());
    change(reports, 1, 'rqlite', { leader_addr: '10.9.9.9:1' });
    assert.ok((await idsIn(reports)).includes('critical rqlite-leader:cluster'));
    for (const index of [2, 3]) change(reports, index, 'rqlite', { leader_addr: '10.9.9.9:1' });
    assert.ok(!(await idsIn(reports)).includes('critical rqlite-leader:cluster'), 'all name a leader beside the fleet');
  });

  test('a node that alone says it leads does not hide that rqlite has no leader', async () => {
    const reports = healthyCluster(3);
    loseLeader(reports, 1, 2, 3);
    change(reports, 3, 'rqlite', { raft_state: 'Leader', leader_addr: '10.0.0.3:4002' });
    const { alerts } = await judge(reports);
    const alert = alerts.find(({ id }) => id === 'rqlite-leader:cluster') ?? assert.fail();
    assert.equal(alert.severity, 'critical');
    assert.equal(alert.message, 'node3 says that it leads rqlite, and most nodes do not follow it');
  });

  test('the leader that no alert doubts also decides who the members are, where its only follower names none', async () => {
    const reports = healthyCluster(2);
    change(reports, 1, 'rqlite', { num_peers: null });
    change(reports, 2, 'rqlite', { leader_addr: null, nodes: {}, num_peers: null });
    const { observations } = await judge(reports);
    const messageOf = (check: string) => observations.find((one) => one.check === check)?.message;
    assert.equal(messageOf('rqlite-leader'), 'node1 is the leader of rqlite');
    assert.equal(messageOf('rqlite-voters'), 'all 2 voters of rqlite are there');
  });

  for (const [what, liar, count] of [
    ['a follower of two', 2, 2],
    ['a follower of three', 3, 3],
    ['the leader of three', 1, 3],
  ] as const)
    test(`${what} that invents members, or hides them, changes nothing about the voters`, async () => {
      const reports = healthyCluster(count);
      const votersIn = async (): Promise<string | undefined> =>
        (await judge(reports)).observations.find(({ check }) => check === 'rqlite-voters')?.message;
      const whole = `all ${count} voters of rqlite are there`;
      const { nodes } = of(reports, liar)['rqlite'] as { nodes: Record<string, object> };
      const invented = Array.from({ length: 199 }, (_, index) => [
        `10.9.9.${index}:4002`,
        { reachable: false, leader: false, voter: true },
      ]);
      change(reports, liar, 'rqlite', { nodes: { ...nodes, ...Object.fromEntries(invented) } });
      assert.equal(await votersIn(), whole);
      assert.deepEqual(await idsIn(reports), []);
      change(reports, liar, 'rqlite', { nodes: {} });
      assert.equal(await votersIn(), whole);
      assert.deepEqual(await idsIn(reports), []);
    });

  test('addresses that differ only far beyond the length of a host name do not become one member, or two alerts with one id', async () => {
    const reports = healthyCluster(1);
    const { nodes } = of(reports, 1)['rqlite'] as { nodes: Record<string, object> };
    const long = (count: number) => Object.fromEntries(['a', 'b'].map((end) => [`${'x'.repeat(count)}${end}:1`, {}]));
    change(reports, 1, 'rqlite', { nodes: { ...nodes, ...long(150), ...long(1000) } });
    const { observations } = await judge(reports);
    const peers = observations.filter(({ check }) => check === 'rqlite-peer').map(({ id }) => id);
    assert.equal(peers.length, 3);
    assert.equal(new Set(peers).size, 3);
  });

  test('one node that says that a member has a vote, or that there are more members, is not believed', async () => {
    const reports = healthyCluster(3);
    const votersIn = async (): Promise<string | undefined> =>
      (await judge(reports)).observations.find(({ check }) => check === 'rqlite-voters')?.message;
    for (const index of [1, 2, 3])
      change(reports, index, 'rqlite', {
        nodes: Object.fromEntries(
          [1, 2, 3].map((one) => [`192.0.2.${one}:4002`, { reachable: true, voter: one !== 3 || index === 2 }]),
        ),
      });
    assert.equal(await votersIn(), 'all 2 voters of rqlite are there');
    loseLeader(reports, 1, 2, 3);
    for (const index of [1, 2, 3]) change(reports, index, 'rqlite', { nodes: null });
    change(reports, 2, 'rqlite', { num_peers: 40 });
    assert.equal(await votersIn(), 'all 3 voters of rqlite are there');
  });

  test('a node that has no vote is no voter', async () => {
    const reports = healthyCluster(3);
    for (const index of [1, 2, 3])
      change(reports, index, 'rqlite', {
        nodes: Object.fromEntries(
          [1, 2, 3].map((one) => [`192.0.2.${one}:4002`, { reachable: true, voter: one !== 3 }]),
        ),
      });
    const { observations } = await judge(reports);
    assert.equal(
      observations.find(({ check }) => check === 'rqlite-voters')?.message,
      'all 2 voters of rqlite are there',
    );
  });

  test('the leader on a node that ssh does not reach leads all the same', async () => {
    const reports = healthyCluster(3);
    reports['node1'] = new Error('no route to host');
    const { observations } = await judge(reports);
    const leader = observations.find(({ check }) => check === 'rqlite-leader');
    assert.deepEqual(leader?.message, 'the leader of rqlite is on a node that does not say so');
  });

  test('an address that two nodes claim is nobody’s, and hides no alert of another', async () => {
    const reports = healthyCluster(3);
    killRqlite(reports, 3);
    change(reports, 2, 'rqlite', { raft_addr: '192.0.2.1:4002' });
    assert.ok((await idsIn(reports)).includes('critical rqlite-responding:node3'));
  });

  for (const [offsets, expected] of [
    [[0], []],
    [[60], []],
    [[0, 60], ['clock:node2']],
    [[60, 0], ['clock:node1']],
    [[0, 5, 0], []],
    [[0, 6, 0], ['clock:node2']],
    [[-60, 0, 1], ['clock:node1']],
    [[0, 60, 61], ['clock:node1']],
    [
      [0, 60, 0, 0, -60],
      ['clock:node2', 'clock:node5'],
    ],
  ] as const)
    test(`clocks that are off by ${offsets.join(', ')} s`, async () => {
      const reports = healthyCluster(offsets.length);
      const fleet = await fleetOf(
        Object.fromEntries(
          Object.keys(reports).map((name, index) => [
            name,
            reportWith(of(reports, index + 1), {
              timestamp: new Date(at.getTime() + offsets[index]! * 1000).toISOString(),
            }),
          ]),
        ),
      );
      assert.deepEqual(
        fleet.alerts.map(({ id }) => id),
        expected,
        alertsIn(fleet).join('\n'),
      );
    });
});
