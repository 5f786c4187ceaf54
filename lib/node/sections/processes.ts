import { quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { listOf, number, object, optional, string } from '../../contract/shape.ts';
import { partsFields, shown } from '../define.ts';

const listedProcess = object({
  pid: number,
  ppid: number,
  state: string,
  command: words('name of the program'),
  age_seconds: optional(quantity('s', 'time since its start')),
});

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
    zombies: optional(listOf(listedProcess)),
    orphan_count: optional(
      quantity('1', 'programs of node.processes whose parent has ended, and that are not the main process of a unit'),
    ),
    orphans: optional(listOf(listedProcess)),
    panic_count: optional(quantity('1', 'panics and fatal errors in the log of the watched units within an hour')),
    ...partsFields,
  }),
  group: 'processes',
  table: {
    title: 'Processes',
    columns: ['processes', 'zombies', 'orphans', 'panics'],
    rows: ({ process_count: count, zombies, orphans, panic_count: panics }) => [
      [shown(count), namesOf(zombies), namesOf(orphans), shown(panics)],
    ],
  },
});

const namesOf = (all: readonly { readonly command: string; readonly pid: number }[] | undefined): string =>
  all === undefined ? '-' : all.length === 0 ? 'none' : all.map(({ command, pid }) => `${command} (${pid})`).join(', ');
