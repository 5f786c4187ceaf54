import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { linksOf } from '../../lib/fleet/links.ts';

const nodes = {
  a: { target: 'root@192.0.2.1', reached: true },
  b: { target: 'b', reached: true },
  c: { target: 'root@[2001:db8::3]', reached: false },
};
const mesh = Object.keys(nodes);
const peer = (fields: object) => ({ public_key: 'k', ...fields });

describe('fleet/links', () => {
  test('a Raft address is known by what a node says of itself, by the destination of ssh, and by the tunnel', () => {
    const { raftNodes } = linksOf({
      nodes,
      rqlite: {
        a: { raft_addr: '10.1.1.1:4002', nodes: { '203.0.113.9:1': {}, '203.0.113.8:1': {} } },
        b: { raft_state: 'Leader', leader_addr: '10.1.1.2:4002' },
      },
      wireguard: { b: { wg_ip: '10.0.0.2' } },
      mesh,
    });
    for (const [address, expected] of [
      ['10.1.1.1:4002', ['a']],
      ['10.1.1.2:4002', ['b']],
      ['192.0.2.1:7000', ['a']],
      ['b:4002', ['b']],
      ['[2001:db8::3]:4002', ['c']],
      ['10.0.0.2:4002', ['b']],
    ] as const)
      assert.deepEqual(raftNodes(address), expected, address);
  });

  test('an address that two nodes claim is nobody’s', () => {
    const claim = { raft_addr: '10.1.1.1:4002' };
    const { raftNodes } = linksOf({ nodes, rqlite: { a: claim, b: claim }, wireguard: {}, mesh: [] });
    assert.ok(!raftNodes('10.1.1.1:4002').some((node) => node !== 'c'));
  });

  test('a peer is known by its only addresses and by its endpoint, not by a range', () => {
    const wireguard = { a: { wg_ip: '10.0.0.1' }, b: { wg_ip: '10.0.0.2' } };
    for (const [fields, expected] of [
      [{ allowed_ips: '10.0.0.2/32' }, ['b']],
      [{ allowed_ips: '10.9.0.0/24 fd00::2/128, 10.0.0.2/32' }, ['b']],
      [{ endpoint: '[2001:db8::3]:51820' }, ['c']],
      // One node does not report, so that an unknown peer is that.
      [{ allowed_ips: '10.0.0.0/24' }, ['c']],
      [{}, ['c']],
    ] as const) {
      const known = { ...wireguard, a: { ...wireguard.a, peers: [peer(fields)] } };
      const { peers } = linksOf({ nodes, rqlite: {}, wireguard: known, mesh });
      assert.deepEqual(peers['a']?.[0]?.nodes, expected, JSON.stringify(fields));
    }
  });

  test('more unknown peers than nodes that do not report are nobody’s', () => {
    const strangers = [1, 2].map((index) => ({ public_key: `k${index}` }));
    const { peers } = linksOf({
      nodes,
      rqlite: {},
      wireguard: { a: { wg_ip: '10.0.0.1', peers: strangers } },
      mesh: ['a', 'c'],
    });
    assert.deepEqual(
      peers['a']?.map((row) => row.nodes),
      [[], []],
    );
  });

  test('what one node invents about peers and members does not cost the others theirs', () => {
    const invented = Array.from({ length: 500 }, (_, index) => ({ public_key: `k${index}` }));
    const members = { '10.0.0.1:4002': {}, '10.0.0.2:4002': {}, '203.0.113.9:4002': {} };
    const { peers, raftNodes } = linksOf({
      nodes: { ...nodes, d: { target: 'd', reached: true } },
      rqlite: {
        a: { raft_addr: '10.0.0.1:4002', nodes: members },
        b: { raft_addr: '10.0.0.2:4002', nodes: members },
        d: { raft_addr: '10.0.0.4:4002', nodes: Object.fromEntries(invented.map((one) => [one.public_key, {}])) },
      },
      wireguard: {
        a: { wg_ip: '10.0.0.1', peers: [peer({ allowed_ips: '10.0.0.3/32' })] },
        b: { wg_ip: '10.0.0.2', peers: [] },
        // It says that the key of c is that of b, too.
        d: { wg_ip: '10.0.0.4', peers: [peer({ allowed_ips: '10.0.0.2/32' }), ...invented] },
      },
      mesh,
    });
    assert.deepEqual(peers['a']?.[0]?.nodes, ['c']);
    assert.deepEqual(peers['d']?.find(({ peer: { public_key: key } }) => key === 'k0')?.nodes, []);
    assert.deepEqual(raftNodes('203.0.113.9:4002'), ['c']);
  });

  test('a node that claims the Raft address of a host of the configuration does not get it', () => {
    const { raftNodes } = linksOf({ nodes, rqlite: { b: { raft_addr: '192.0.2.1:4002' } }, wireguard: {}, mesh: [] });
    assert.deepEqual(raftNodes('192.0.2.1:4002'), ['a']);
  });
});
