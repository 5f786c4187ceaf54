import { defineJudgement, isNameserver } from '../define.ts';
import { flagged } from '../findings.ts';

export const dnsPorts = defineJudgement({
  name: 'dns-ports',
  summary: 'nothing listens on port 53 of a name server, or on port 443 though Caddy runs',
  subsystem: 'dns',
  severities: ['critical'],
  advice: 'See what its configuration binds to, and whether another program took the port (ss -ltnup).',
  needs: ['dns', 'nodes'],
  assess: ({ dns, nodes }) =>
    Object.entries(dns).flatMap(([node, read]) => {
      const mustAnswer = isNameserver(nodes[node]?.role) && read.coredns_active === undefined;
      const ports = [
        ['53', read.port_53_bound, read.coredns_active === true || mustAnswer, 'CoreDNS'],
        ['443', read.port_443_bound, read.caddy_active === true, 'Caddy'],
      ] as const;
      return ports.flatMap(([port, isBound, isExpected, program]) =>
        flagged(node, `${node}/${port}`, {
          isGood: isExpected ? isBound : undefined,
          good: `something listens on port ${port} of ${node}`,
          bad: `nothing listens on port ${port} of ${node}, ${mustAnswer ? 'a name server' : `though ${program} runs`}`,
        }),
      );
    }),
});
