import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { listOf, object, optional } from '../../contract/shape.ts';
import { partsFields, yes } from '../define.ts';

export const namespaces = defineSection({
  many: false,
  source: 'rqlite, Olric and gateway of each namespace (try: systemctl list-units "*@*")',
  noun: 'namespace',
  subjects: () => [],
  schema: object({
    namespaces: optional(
      listOf(
        object({
          name: words('name of the namespace'),
          found_by: words('how it was found'),
          port_base: optional(
            quantity('1', 'the lowest of its ports: rqlite there, Olric 2 above, its gateway 4 above'),
          ),
          rqlite_up: optional(flag('its rqlite answers')),
          rqlite_state: optional(words('Raft state of its rqlite')),
          rqlite_ready: optional(flag('/readyz of its rqlite answers 200')),
          olric_up: optional(flag('its Olric answers')),
          gateway_up: optional(flag('its gateway answers')),
          gateway_status: optional(quantity('1', 'status of the answer of its gateway')),
          sfu_up: optional(flag('its SFU (a server of video calls) runs')),
          turn_up: optional(flag('its TURN server runs')),
        }),
      ),
    ),
    ...partsFields,
  }),
  group: 'namespaces',
  table: {
    title: 'Namespaces',
    columns: ['name', 'rqlite', 'state', 'ready', 'Olric', 'gateway'],
    rows: ({ namespaces: all = [] }) =>
      all.map((one) => [
        one.name,
        yes(one.rqlite_up),
        one.rqlite_state ?? '-',
        yes(one.rqlite_ready),
        yes(one.olric_up),
        one.gateway_status === undefined ? yes(one.gateway_up) : `${one.gateway_status}`,
      ]),
  },
});
