import { flag, names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { listOf, number, object, oneOf, optional } from '../../contract/shape.ts';
import { counted } from '../../core/text.ts';
import { partsFields, yes } from '../define.ts';
import { latelyFields } from '../lately.ts';

export const network = defineSection({
  many: false,
  source: '/proc/net, ss and ufw (try: ss -ltnup; ip route; sudo ufw status)',
  noun: 'node',
  subjects: () => [],
  schema: object({
    internet_reachable: optional(flag('the URL of the configuration answers')),
    default_route: optional(flag('there is a route to the internet')),
    tcp_established: optional(quantity('1', 'TCP connections')),
    tcp_time_wait: optional(quantity('1', 'TCP connections that wait for late packets after their end')),
    tcp_retrans_pct: optional(quantity('percent', 'TCP segments sent again, of those sent lately')),
    tcp_segments_sent: optional(quantity('1', 'TCP segments sent since boot')),
    tcp_segments_retransmitted: optional(quantity('1', 'TCP segments sent again since boot')),
    listening_ports: optional(
      listOf(
        object({
          proto: oneOf(['tcp', 'udp']),
          address: words('address that it listens on'),
          port: number,
          process: optional(words('name of the process')),
          pid: optional(number),
        }),
      ),
    ),
    ufw_active: optional(flag('the firewall ufw is active')),
    ufw_rules: optional(names('its rules')),
    ...latelyFields,
    ...partsFields,
  }),
  group: 'network',
  table: {
    title: 'Network',
    columns: ['route', 'internet', 'connections', 'sent again', 'listening', 'ufw'],
    rows: (read) => [
      [
        yes(read.default_route),
        yes(read.internet_reachable),
        read.tcp_established === undefined ? '-' : String(read.tcp_established),
        read.tcp_retrans_pct === undefined ? '-' : `${read.tcp_retrans_pct} %`,
        read.listening_ports === undefined ? '-' : counted(read.listening_ports.length, 'port'),
        read.ufw_active === undefined ? '-' : read.ufw_active ? 'active' : 'inactive',
      ],
    ],
  },
});
