import { flag, names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { listOf, object, optional } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import { partsFields, shown, yes } from '../define.ts';

export const wireguard = defineSection({
  many: false,
  source:
    '/sys/class/net, ip and wg, never its keys (try: ip address show dev wg0; sudo wg show wg0 latest-handshakes)',
  noun: 'peer',
  subjects: () => [],
  schema: object({
    interface: optional(words('the interface')),
    interfaces: optional(names('all interfaces of WireGuard')),
    found_by: optional(words('how it was found')),
    interface_up: optional(flag('the interface is up')),
    service_active: optional(flag('its unit wg-quick@… is active')),
    wg_ip: optional(words('address of this node')),
    wg_route_exists: optional(flag('a route of IPv4 leads through the interface')),
    listen_port: optional(quantity('1', 'UDP port')),
    mtu: optional(quantity('byte', 'largest packet')),
    config_exists: optional(flag('/etc/wireguard has its configuration')),
    config_perms: optional(words('permissions of the configuration, which holds the private key')),
    peer_count: optional(quantity('1', 'peers')),
    peers: optional(
      listOf(
        object({
          public_key: words('public key of the peer'),
          endpoint: optional(words('address from which it was heard last')),
          allowed_ips: optional(words('addresses that belong to it')),
          latest_handshake: optional(quantity('s', 'time of the last handshake; 0: never')),
          handshake_age_sec: optional(quantity('s', 'age of the last handshake')),
          transfer_rx_bytes: optional(quantity('byte', 'received')),
          transfer_tx_bytes: optional(quantity('byte', 'sent')),
          keepalive: optional(quantity('s', 'interval of packets that keep the way open; 0: off')),
        }),
      ),
    ),
    ...partsFields,
  }),
  group: 'network',
  table: {
    title: 'WireGuard',
    columns: ['interface', 'up', 'address', 'peers', 'oldest handshake', 'config'],
    rows: (read) => {
      const ages = read.peers?.map(({ handshake_age_sec: age }) => age);
      return [
        [
          read.interface ?? '-',
          yes(read.interface_up),
          read.wg_ip ?? '-',
          shown(read.peer_count),
          ages === undefined || ages.length === 0
            ? '-'
            : ages.includes(undefined)
              ? 'never'
              : formatDuration(Math.max(...ages.map((age = 0) => age))),
          read.config_exists === false ? 'missing' : (read.config_perms ?? '-'),
        ],
      ];
    },
  },
});
