import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { partsFields, shown, yes } from '../define.ts';

export const anyone = defineSection({
  many: false,
  source: 'the control port of anon or tor, and ss (try: systemctl status anon@default; journalctl -u anon@default)',
  noun: 'relay',
  subjects: () => [],
  schema: object({
    address: optional(words('control port or socket')),
    found_by: optional(words('how it was found')),
    relay_active: optional(flag('it runs as a relay')),
    client_active: optional(flag('it runs, and takes connections of programs')),
    mode: optional(words('relay or client')),
    version: optional(words('its version')),
    orport_listening: optional(flag('something listens on the port for other relays')),
    socks_listening: optional(flag('something listens on the port for programs')),
    control_listening: optional(flag('the control port answers')),
    bootstrapped: optional(flag('it has joined the network')),
    bootstrap_pct: optional(quantity('percent', 'of the way into the network')),
    circuit_established: optional(flag('it has a way through the network')),
    reachable: optional(flag('the network reaches its port')),
    fingerprint: optional(words('its identity')),
    nickname: optional(words('its name')),
    ...partsFields,
  }),
  group: 'network',
  table: {
    title: 'Anyone',
    columns: ['mode', 'relay', 'client', 'bootstrapped', 'circuit', 'reachable', 'nickname'],
    rows: (read) => [
      [
        read.mode ?? '-',
        yes(read.relay_active),
        yes(read.client_active),
        read.bootstrap_pct === undefined ? '-' : `${shown(read.bootstrap_pct)} %`,
        yes(read.circuit_established),
        yes(read.reachable),
        read.nickname ?? '-',
      ],
    ],
  },
});
