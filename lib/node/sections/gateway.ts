import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional, recordOf } from '../../contract/shape.ts';
import { partsFields, shown, yes } from '../define.ts';

export const gateway = defineSection({
  many: false,
  source: 'the health URL of the gateway (try: curl -i http://127.0.0.1:6001/v1/health)',
  noun: 'gateway',
  subjects: () => [],
  schema: object({
    address: optional(words('URL that was asked')),
    found_by: optional(words('how it was found')),
    responsive: optional(flag('it answers')),
    http_status: optional(quantity('1', 'status of its answer')),
    version: optional(words('its version')),
    subsystems: optional(
      recordOf(
        object({
          status: optional(words('its state, as the gateway says it')),
          latency: optional(words('time of its answer, as the gateway says it')),
          error: optional(words('what is wrong')),
        }),
      ),
    ),
    ...partsFields,
  }),
  group: 'gateway',
  table: {
    title: 'Gateway',
    columns: ['answers', 'status', 'version', 'subsystems'],
    rows: (read) => [
      [
        yes(read.responsive),
        shown(read.http_status),
        read.version ?? '-',
        Object.entries(read.subsystems ?? {})
          .map(([name, { status = '-' }]) => `${name}: ${status}`)
          .join(', ') || '-',
      ],
    ],
  },
});
