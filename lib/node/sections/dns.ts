import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { listOf, object, optional } from '../../contract/shape.ts';
import { partsFields, shown, yes } from '../define.ts';

export const dns = defineSection({
  many: false,
  source: 'systemd, ss, the name server and the certificates (try: dig @127.0.0.1 SOA ZONE; curl -v https://ZONE)',
  noun: 'name',
  subjects: () => [],
  schema: object({
    found_by: optional(words('how CoreDNS and Caddy were found')),
    coredns_active: optional(flag('CoreDNS runs')),
    caddy_active: optional(flag('Caddy runs')),
    coredns_healthy: optional(flag('its /health answers 200')),
    coredns_ready: optional(flag('its /ready answers 200')),
    coredns_panics: optional(quantity('1', 'panics since its start')),
    coredns_mem_mb: optional(quantity('MiB', 'memory of its control group')),
    coredns_restarts: optional(quantity('1', 'automatic restarts since it was last started by hand')),
    log_errors_5m: optional(quantity('1', 'errors in the log of CoreDNS within 5 minutes')),
    corefile_exists: optional(flag('its configuration is there')),
    caddy_admin_responds: optional(flag('the admin interface of Caddy answers')),
    caddy_reload_ok: optional(flag('Caddy took its last configuration')),
    port_53_bound: optional(flag('something beside systemd-resolved listens on port 53')),
    port_80_bound: optional(flag('something listens on port 80')),
    port_443_bound: optional(flag('something listens on port 443')),
    soa_resolves: optional(flag('the zone has a SOA record')),
    ns_resolves: optional(flag('the zone has name servers')),
    ns_record_count: optional(quantity('1', 'name servers of the zone')),
    base_a_resolves: optional(flag('the zone has an address')),
    wildcard_resolves: optional(flag('a name of the wildcard has an address')),
    base_tls_days_left: optional(quantity('day', 'until the certificate of the zone expires')),
    wild_tls_days_left: optional(quantity('day', 'until the certificate of the wildcard expires')),
    certificates: optional(
      listOf(
        object({
          name: words('name that was asked for'),
          days_left: optional(quantity('day', 'until it expires')),
          problem: optional(words('why a browser would refuse it, or why there is none')),
        }),
      ),
    ),
    ...partsFields,
  }),
  group: 'network',
  table: {
    title: 'DNS and certificates',
    columns: ['CoreDNS', 'Caddy', 'SOA', 'NS', 'zone', 'wildcard', 'days left'],
    rows: (read) => [
      [
        yes(read.coredns_active),
        yes(read.caddy_active),
        yes(read.soa_resolves),
        shown(read.ns_record_count),
        yes(read.base_a_resolves),
        yes(read.wildcard_resolves),
        (read.certificates ?? []).map(({ name, days_left: days }) => `${name}: ${shown(days)}`).join(', ') || '-',
      ],
    ],
  },
});
