import { flag, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import type { SnapshotConfig } from '../config.ts';

export const hosts = defineSection({
  many: true,
  source: 'one command over ssh (try: ssh -o BatchMode=yes HOST true)',
  noun: 'host',
  subjects: ({ hosts: others }: SnapshotConfig) => namesUnder('hosts', others),
  schema: object({
    address: words('ssh address'),
    reached: flag('a command ran there'),
    error: optional(words('why it could not be reached')),
  }),
  group: 'hosts',
  panels: [{ title: 'Other machines reachable', levelsOf: 'host-reachable' }],
  table: {
    title: 'Other machines',
    columns: ['name', 'address', 'state'],
    rows: ({ address, reached, error }, name) => [[name, address, reached ? 'reached' : (error ?? 'not reached')]],
  },
});
