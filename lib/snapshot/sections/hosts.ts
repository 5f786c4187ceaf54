import * as z from 'zod/mini';
import { flag, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import type { SnapshotConfig } from '../config.ts';

export const hosts = defineSection({
  many: true,
  source: 'one command over ssh (try: ssh -o BatchMode=yes HOST true)',
  noun: 'host',
  subjects: ({ hosts: others }: SnapshotConfig) => namesUnder('hosts', others),
  schema: z.looseObject({
    address: words('ssh address'),
    reached: flag('a command ran there'),
    error: z.optional(words('why it could not be reached')),
  }),
  table: {
    title: 'Other machines',
    columns: ['name', 'address', 'state'],
    rows: ({ address, reached, error }, name) => [[name, address, reached ? 'reached' : (error ?? 'not reached')]],
  },
});
