// The fleet monitor and real clusters: the alerts that are raised are exactly those that the fault deserves, and end with it.
import assert from 'node:assert/strict';
import test, { before, describe } from 'node:test';
import { end } from '../process.ts';
import { until } from '../world.ts';
import { makeCluster } from './fleet-site.ts';
import { needRoot } from './packages.ts';

describe('monitor and real clusters', () => {
  before(needRoot);

  test('three nodes: well; a node gone; a leader killed', async (t) => {
    const { members, alerts } = await makeCluster(t, 3);
    assert.deepEqual(alerts(), []);
    members[2]!.setReachable(false);
    assert.deepEqual(alerts(), ['critical node-reached:node3']);
    members[2]!.setReachable(true);
    assert.deepEqual(alerts(), []);
    const leader = members.find(
      ({ report }) => report('rqlite', { rqlite: { url: 'http://127.0.0.1:4001' } }).known['raft_state'] === 'Leader',
    );
    assert.ok(leader);
    await end(leader.rqlite);
    await until(() => !alerts().includes('critical rqlite-leader:cluster'));
  });
});
