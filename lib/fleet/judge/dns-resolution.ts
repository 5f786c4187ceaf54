import { causes, defineJudgement } from '../define.ts';
import { flagged } from '../findings.ts';

export const dnsResolution = defineJudgement({
  name: 'dns-resolution',
  summary: 'SOA, name servers, address or wildcard of the zone do not resolve on a node',
  subsystem: 'dns',
  severities: ['warning'],
  advice: 'Ask by hand (dig @127.0.0.1 SOA ZONE), then see the zone and the log of the name server.',
  needs: ['dns'],
  assess: ({ dns }) =>
    Object.entries(dns).flatMap(([node, read]) => {
      const names = {
        SOA: ['the SOA record of the zone', read.soa_resolves],
        NS: ['the NS record of the zone', read.ns_resolves],
        A: ['the address of the zone', read.base_a_resolves],
        wildcard: ['a name of the wildcard', read.wildcard_resolves],
      } as const;
      return Object.entries(names).flatMap(([name, [what, isGood]]) =>
        flagged(node, `${node}/${name}`, {
          isGood,
          otherwise: 'amber',
          good: `${what} resolves on ${node}`,
          bad: `${what} does not resolve on ${node}`,
          because: causes.coredns(node),
        }),
      );
    }),
});
