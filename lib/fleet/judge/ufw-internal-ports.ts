import { listed } from '../../core/text.ts';
import { defineJudgement, type FleetReadable } from '../define.ts';
import { flagNodes } from '../findings.ts';

export const ufwInternalPorts = defineJudgement({
  name: 'ufw-internal-ports',
  summary:
    'the firewall ufw of a node lets anybody reach a port of rqlite, Olric, or the interfaces of kubo and ipfs-cluster',
  subsystem: 'network',
  severities: ['critical'],
  advice:
    'Allow the port from the network of the nodes only: ufw delete allow PORT, then ufw allow from NETWORK to any port PORT.',
  needs: ['network', 'rqlite', 'olric', 'ipfs'],
  assess: ({ network, rqlite, olric, ipfs }) =>
    flagNodes(network, ({ ufw_active: isActive, ufw_rules: rules, listening_ports: listening }, node) => {
      const internal = internalPorts(rqlite[node], olric[node], ipfs[node]).filter(
        ([, port]) =>
          // What listens on the loopback address only is reached by nobody else, whatever the rules say.
          listening === undefined ||
          listening.length === 0 ||
          listening.some((one) => one.port === port && !/^(127\.|\[?::1\]?$)/.test(one.address)),
      );
      const open = internal.flatMap(([program, port]) => {
        const rule = rules?.find((one) => letsAnybody(one, port));
        return rule === undefined ? [] : [`${program} on port ${port} (${rule})`];
      });
      return {
        isGood: isActive !== true || rules === undefined || internal.length === 0 ? undefined : open.length === 0,
        good: `the firewall of ${node} lets nobody reach its internal ports`,
        bad: `the firewall of ${node} lets anybody reach ${listed(open)}`,
      };
    }),
});

function internalPorts(
  rqlite: FleetReadable['rqlite'][string] | undefined,
  olric: FleetReadable['olric'][string] | undefined,
  ipfs: FleetReadable['ipfs'][string] | undefined,
): (readonly [program: string, port: number])[] {
  const all = [
    ['rqlite', rqlite?.address],
    ['Raft of rqlite', rqlite?.raft_addr],
    ['Olric', olric?.address],
    ['the RPC of kubo', ipfs?.address],
    ['the API of ipfs-cluster', ipfs?.cluster_address],
  ] as const;
  return all.flatMap(([program, address = '']) => {
    const port = Number(/:(\d{1,5})(?:\/|$)/.exec(address)?.[1]);
    return Number.isNaN(port) ? [] : [[program, port] as const];
  });
}

/** `4001/tcp ALLOW Anywhere`, `4001:4002/tcp (v6) ALLOW IN Anywhere (v6)`; not `4001 on wg0 ALLOW Anywhere`. */
function letsAnybody(rule: string, port: number): boolean {
  const [, to = ''] = /^(.+?)(?: \(v6\))? (?:ALLOW|LIMIT)(?: IN)? Anywhere(?: \(v6\))?(?: #.*)?$/.exec(rule) ?? [];
  if (to === 'Anywhere') return true;
  const ports = /^([\d:,]+)(?:\/(?:tcp|udp))?$/.exec(to)?.[1]?.split(',') ?? [];
  return ports.some((one) => {
    const [first = Number.NaN, last = first] = one.split(':').map(Number);
    return port >= first && port <= last;
  });
}
