import { quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { listOf, number, object, optional, string } from '../../contract/shape.ts';
import { partsFields } from '../define.ts';

export const processes = defineSection({
  many: false,
  source: '/proc (try: ps -eo pid,ppid,stat,etime,args)',
  noun: 'process',
  subjects: () => [],
  schema: object({
    process_count: optional(quantity('1', 'processes, without those of the kernel')),
    zombie_count: optional(
      quantity('1', 'processes that ended a minute ago or more, and that their parent has not asked about'),
    ),
    zombies: optional(
      listOf(
        object({
          pid: number,
          ppid: number,
          state: string,
          command: words('name of the program'),
          age_seconds: optional(quantity('s', 'time since its start')),
        }),
      ),
    ),
    ...partsFields,
  }),
  group: 'processes',
  table: {
    title: 'Processes',
    columns: ['processes', 'zombies'],
    rows: ({ process_count: count, zombies }) => [
      [
        count === undefined ? '-' : String(count),
        zombies === undefined
          ? '-'
          : zombies.length === 0
            ? 'none'
            : zombies.map(({ command, pid }) => `${command} (${pid})`).join(', '),
      ],
    ],
  },
});
