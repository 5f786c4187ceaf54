// Schema of the keys about the site itself: its name, interval, folders, hosts and retention.
import * as z from 'zod';
import { duration, ownName } from '../contract/quantities.ts';

const folder = z
  .string()
  .max(4000)
  .regex(/^\/(?!(proc|sys|dev)(\/|$))/, {
    error: (issue) =>
      `expected an absolute path, such as "/data", and none of the kernel's own; got ${JSON.stringify(issue.input)}`,
  });

/** At least two days: what is written to is never removed. */
const keptFor = (byDefault: string, says: string) =>
  duration(byDefault)
    .refine((seconds) => seconds >= 2 * 86_400, 'expected at least 2d: the files of today and yesterday are in use')
    .prefault(byDefault)
    .describe(says);

const hostSchema = z.union([
  z.strictObject({
    ssh: z.string().describe('destination for ssh: `user@name`, or a Host entry of ssh_config'),
    'ssh-config': folder.optional().describe('an ssh_config file instead of the user’s own: keys, ports, known hosts'),
    deadline: duration('10s')
      .refine((seconds) => seconds > 0 && seconds <= 10, 'at most 10s: the time limit of one reading')
      .prefault('10s')
      .describe('connecting may take 70 % of this; at most 10s'),
  }),
  z.strictObject({ folder: folder.describe('a recorded machine, read instead of a live one') }),
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
      monitoring: folder
        .optional()
        .describe(
          'results of gates, boots, rehearsals, test runs and the watchdog; default: monitoring/ in the state folder',
        ),
    })
    .prefault({})
    .describe('the folders that files are written to; by default all are under one folder'),
  hosts: z
    .record(ownName, hostSchema)
    .prefault({})
    .describe('machines to read, by a name of your own; `local` is this machine unless it is defined here'),
  keep: z
    .strictObject({
      raw: keptFor(
        '730d',
        'how long the raw lines of each snapshot and of its levels are kept; the archive keeps its samples',
      ),
      plain: keptFor('14d', 'raw lines older than this are packed (.zst)'),
      reports: keptFor('365d', 'how long the reports of days are kept'),
      pictures: keptFor('365d', 'how long the pictures of days are kept'),
      'set-aside': keptFor('90d', 'how long mails that could not be delivered and unusable files are kept'),
      backups: z.int().min(1).prefault(3).describe('how many backups of the archive are kept'),
    })
    .prefault({})
    .describe('how long files are kept'),
};
