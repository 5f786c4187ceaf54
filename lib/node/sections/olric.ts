import { flag, names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { partsFields, shown, yes } from '../define.ts';

export const olric = defineSection({
  many: false,
  source: 'Olric in its protocol RESP, ss and the journal (try: redis-cli -p 3320 CLUSTER.MEMBERS)',
  noun: 'Olric',
  subjects: () => [],
  schema: object({
    address: optional(words('address at which it answers')),
    found_by: optional(words('how it was found')),
    service_active: optional(flag('it runs')),
    responsive: optional(flag('it answers PING')),
    memberlist_up: optional(flag('it listens for other members, by TCP and UDP on one port')),
    member_count: optional(quantity('1', 'members that it sees, itself among them')),
    members: optional(names('names of the members')),
    coordinator: optional(words('name of the coordinator')),
    process_mem_mb: optional(quantity('MiB', 'memory of its processes')),
    restart_count: optional(quantity('1', 'automatic restarts since it was last started by hand')),
    log_errors_1h: optional(quantity('1', 'errors in its log within an hour')),
    log_suspects_1h: optional(quantity('1', 'members that it suspected within an hour')),
    log_flapping_1h: optional(quantity('1', 'members that left or joined within an hour')),
    ...partsFields,
  }),
  group: 'olric',
  table: {
    title: 'Olric',
    columns: ['runs', 'answers', 'members', 'coordinator', 'memory', 'restarts'],
    rows: (read) => [
      [
        yes(read.service_active),
        yes(read.responsive),
        shown(read.member_count),
        read.coordinator ?? '-',
        read.process_mem_mb === undefined ? '-' : `${read.process_mem_mb} MiB`,
        shown(read.restart_count),
      ],
    ],
  },
});
