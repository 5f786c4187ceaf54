import { firstLine } from '../../core/text.ts';
import { causes, cluster, defineJudgement } from '../define.ts';
import { hostIn, namesOf } from '../links.ts';

/** Each node that has rqlite or WireGuard without others may call itself so. */
const loopback = /^(localhost|127\..*|::1)$/;

export const addressConflict = defineJudgement({
  name: 'address-conflict',
  summary: 'nodes say that they have the same address of WireGuard, or the same Raft address',
  subsystem: 'network',
  severities: ['warning'],
  advice:
    'Give each node its own address: in the configuration of WireGuard (Address), or of rqlite (-raft-adv-addr). A node that was copied from another keeps its addresses.',
  needs: ['wireguard', 'rqlite'],
  assess({ wireguard, rqlite }) {
    const said = [
      ...Object.entries(wireguard).map(([node, { wg_ip: address }]) => ({
        node,
        address,
        kind: 'address of WireGuard',
      })),
      ...Object.entries(rqlite).map(([node, { raft_addr: address }]) => ({ node, address, kind: 'Raft address' })),
    ].flatMap(({ address = '', ...one }) => {
      const short = firstLine(address, 100);
      return short === '' || loopback.test(hostIn(short)) ? [] : [{ ...one, address: short }];
    });
    return [...Map.groupBy(said, ({ address }) => address)].flatMap(([address, claims]) => {
      const nodes = [...new Set(claims.map(({ node }) => node))];
      if (nodes.length < 2) return [];
      return [
        {
          subject: `${cluster}/${address}`,
          level: 'amber',
          value: nodes.length,
          unit: '',
          limit: { value: 1, key: '' },
          message: `${namesOf(nodes)} say that they have the same ${claims[0]?.kind} ${address}`,
          evidence: Object.fromEntries(claims.map(({ node, kind }) => [node, `says that its ${kind} is ${address}`])),
          clears_when: 'one node at most has this address',
          // A Raft address is usually that of WireGuard, with a port.
          because: causes.address(hostIn(address)),
        },
      ];
    });
  },
});
