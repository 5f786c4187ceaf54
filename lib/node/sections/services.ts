import { names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { boolean, described, listOf, object, optional, string } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import { partsFields } from '../define.ts';

export const services = defineSection({
  many: false,
  source: 'systemctl show of the units, and the units that have failed (try: systemctl --failed)',
  noun: 'unit',
  subjects: () => [],
  schema: object({
    services: optional(
      listOf(
        object({
          name: words('unit'),
          active_state: words('state'),
          sub_state: words('state in detail'),
          enabled: optional(words('whether it is started by itself')),
          n_restarts: optional(quantity('1', 'automatic restarts since it was last started by hand')),
          active_since_sec: optional(quantity('s', 'how long it has been active')),
          memory_current_mb: optional(quantity('MiB', 'memory of its control group')),
          /** As text: it grows beyond 2^53. */
          cpu_usage_nsec: optional(string),
          main_pid: optional(quantity('1', 'id of the main process')),
          restart_loop_risk: described(boolean, { long_name: 'it was restarted more than three times, and lately' }),
        }),
      ),
    ),
    failed_units: optional(names('units that have failed')),
    ...partsFields,
  }),
  group: 'services',
  table: {
    title: 'Services',
    columns: ['unit', 'state', 'for', 'restarts', 'memory'],
    rows: ({ services: all = [], failed_units: failed = [] }) => [
      ...all.map((one) => [
        one.name,
        `${one.active_state} (${one.sub_state})${one.restart_loop_risk ? ', restarts again and again' : ''}`,
        one.active_since_sec === undefined ? '-' : formatDuration(one.active_since_sec),
        one.n_restarts === undefined ? '-' : String(one.n_restarts),
        one.memory_current_mb === undefined ? '-' : `${one.memory_current_mb} MiB`,
      ]),
      ...failed.filter((unit) => !all.some(({ name }) => name === unit)).map((unit) => [unit, 'failed', '-', '-', '-']),
    ],
  },
});
