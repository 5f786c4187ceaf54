// What the configuration says of the site itself, whichever room asks.
import * as z from 'zod';
import { duration, ownName, planned } from '../contract/quantities.ts';

const folder = z
  .string()
  .max(4000)
  .regex(/^\/(?!(proc|sys|dev)(\/|$))/, {
    error: (issue) =>
      `expected an absolute path, such as "/data", and none of the kernel's own; got ${JSON.stringify(issue.input)}`,
  });

const hostSchema = z.union([
  z.strictObject({
    ssh: z.string().describe('how ssh reaches it: `user@name`, or a Host of ssh_config'),
    'ssh-config': folder
      .optional()
      .describe('an ssh_config to use in place of the user’s own: keys, ports, known hosts'),
    deadline: duration('10s')
      .refine((seconds) => seconds > 0 && seconds <= 10, 'at most 10s: one reading has no more')
      .prefault('10s')
      .describe('how long it may take to be reached'),
  }),
  z.strictObject({ folder: folder.describe('a recorded machine (see record-host)') }),
]);

export const siteConfig = {
  site: z.string().min(1).prefault('local').describe('the name of the site: in every snapshot, mail and page'),
  interval: duration('5m', 86_400).prefault('5m').describe('how often a cycle runs; at most 1d'),
  files: z
    .strictObject({
      state: folder
        .optional()
        .describe('health, alerts, dashboard, archive; default: $STATE_DIRECTORY, else ~/.local/state/ops-monitor'),
      raw: folder.optional().describe('the snapshots; default: raw/ in the state folder'),
      quicklooks: folder.optional().describe('pictures; default: quicklooks/ in the state folder'),
      textfiles: folder.optional().describe('node-exporter’s textfile folder; default: textfiles/ in the state folder'),
    })
    .prefault({})
    .describe('where files lie; by default all under one folder'),
  hosts: z
    .record(ownName, hostSchema)
    .prefault({})
    .describe('other machines, by a name of your own; `local` is this one, unless it is given here'),
  keep: z
    .strictObject({
      raw: duration('730d').prefault('730d').describe('snapshots').meta(planned),
      reports: duration('365d').prefault('365d').describe('day reports').meta(planned),
      pictures: duration('365d').prefault('365d').describe('quicklooks').meta(planned),
      backups: z.int().min(1).prefault(3).describe('backups of the archive'),
    })
    .prefault({})
    .describe('how long things are kept'),
};
