// What the configuration says about the snapshot: what to watch.
import * as z from 'zod';
import { duration, hasLogin, ownName } from '../contract/quantities.ts';
import { formatDuration } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { finenessOf, parseDataPath } from '../parse/datapath.ts';

const path = z
  .string()
  .max(4000)
  .regex(/^\//, { error: (issue) => `expected an absolute path, such as "/data"; got ${JSON.stringify(issue.input)}` });

const filesystemSchema = z.strictObject({
  path: path.describe('a path on it; a symlink is followed and told'),
  host: z.string().optional().describe('a name under `hosts`; without one, this machine'),
  network: z
    .boolean()
    .optional()
    .describe('true: may hang, so look in a child that can be given up (NFS, CIFS and FUSE are known)'),
  'read-only': z.literal('allowed').optional().describe('`allowed`: being mounted read-only is no fault'),
});

const unit = z
  .string()
  .regex(/^[^\s/]+\.[a-z]+$/, {
    error: (issue) => `expected a unit with its type, such as "sync.timer"; got ${JSON.stringify(issue.input)}`,
  });

const url = z
  .url({
    protocol: /^https?$/,
    error: (issue) => `expected an http(s) URL, such as "https://www.example.org/"; got ${JSON.stringify(issue.input)}`,
  })
  .refine((text) => !hasLogin(text), 'a password in a URL would end up in files and mails: leave it out');

export const usualSlow = '2s';

const endpointSchema = z.strictObject({
  url: url.describe('asked with one GET; any 2xx or 3xx is an answer'),
  slow: duration(usualSlow).prefault(usualSlow).describe('an answer that takes longer is amber'),
  timeout: duration('5s')
    .refine((seconds) => seconds > 0 && seconds <= 9, 'at most 9s: one reading has 10 s in all')
    .prefault('5s')
    .describe('no answer within this is none'),
});

/** A bare string where only the main thing is said: `/data` for `{ path: /data }`. */
const shortOf = <Long extends z.ZodObject>(long: Long, key: string, main: z.ZodType<string, string>) =>
  z.union([main.transform((value) => long.parse({ [key]: value })), long]);

const location = z.strictObject({
  root: path.describe('folder under which its files lie'),
  host: z.string().optional().describe('a name under `hosts`; without one, this machine'),
});

const streamSchema = z
  .strictObject({
    source: location
      .extend({
        files: z
          .string()
          .superRefine((text, context) => {
            try {
              parseDataPath(text);
            } catch (error) {
              context.addIssue({ code: 'custom', message: reasonOf(error) });
            }
          })
          .prefault('**/*')
          .meta({ examples: ['{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc'] })
          .describe(
            'which files: `{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc`; days belong in folders, so that only the newest are searched',
          ),
        time: z
          .enum(['mtime', 'name', 'zarr'])
          .prefault('mtime')
          .describe(
            'where the time of the data stands: when the file was written, in its name, or on the `time` axis of the Zarr store that `root` is',
          ),
      })
      .optional()
      .describe('where its data arrive'),
    window: duration('3h').prefault('1.5h').describe('older than this, the stream is stale'),
    mirrors: z
      .record(ownName, location.extend({ compare: duration('7d').prefault('7d').describe('how far back to compare') }))
      .prefault({})
      .describe('its copies, by a name of your own'),
    units: z
      .record(ownName, unit.describe('a unit'))
      .prefault({})
      .describe('the units it depends on, by role: sync, process, transfer'),
  })
  .superRefine(({ source, window }, context) => {
    const message = source?.time === 'name' ? tooCoarse(source.files, window) : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['source', 'files'], message });
  });

/** Why times in such paths cannot be judged, if so: the newest of a month always seems to be of its first day. */
function tooCoarse(files: string, window: number): string | undefined {
  let fineness: number | undefined;
  try {
    fineness = finenessOf(parseDataPath(files));
  } catch {
    return undefined; // no pattern at all: told already
  }
  const [shown, against] = [JSON.stringify(files), `a window of ${formatDuration(window)}`];
  if (fineness === undefined) {
    const lacks = ['{yyyy}', '{MM}', '{dd}'].filter((part) => !files.includes(part)).join(', ');
    return `${shown} has no ${lacks}: with \`time: name\` no time of a file would be known to the day, so none could be judged against ${against}`;
  }
  if (fineness <= window) return undefined;
  const step = formatDuration(fineness);
  return `${shown} tells a time only in steps of ${step}, which cannot be judged against ${against}: name the files more exactly, or take \`time: mtime\` or a window of ${step} or more`;
}

const workspaceSchema = z.strictObject({
  path: path.describe('a path on it'),
  host: z.string().optional().describe('a name under `hosts`; without one, this machine'),
  network: z
    .boolean()
    .prefault(true)
    .describe('it waits for another machine: may hang, and is not there while the path lies on `/`'),
  usage: z
    .union([
      z.strictObject({ command: z.array(z.string()).min(1).describe('a program and its arguments') }),
      z.strictObject({
        file: path.describe('a file that somebody keeps up'),
        stale: duration('26h').prefault('26h').describe('an older file is no reading'),
      }),
    ])
    .optional()
    .describe('where its quota is told, if the filesystem does not tell (ops/docs/workspace-usage.md)'),
});

const gateSchema = z.strictObject({
  file: path.describe('the JSON summary'),
  host: z.string().optional().describe('a name under `hosts`; without one, this machine'),
  map: z
    .strictObject({
      verdict: z.string().describe('where the verdict stands; keys by dots: `result.status`'),
      'decided-at': z.string().describe('where the time of the decision stands: ISO 8601, or unix time in seconds'),
      pass: z.array(z.string()).min(1).describe('verdicts that mean pass; any that is in neither list is unknown'),
      fail: z.array(z.string()).min(1).describe('verdicts that mean fail'),
      counts: z
        .record(z.string(), z.string())
        .prefault({})
        .describe('counts, by a name of your own: where each stands'),
      reason: z.string().optional().describe('where a sentence for people stands'),
    })
    .optional()
    .describe('for a summary that is not in our format'),
});

const powerSchema = z.strictObject({
  store: path.describe('a Zarr store, as xarray writes them (ops/docs/power-store.md)'),
  host: z.string().optional().describe('a name under `hosts`; without one, this machine'),
  voltage: z.string().prefault('DCInverterVolts').describe('variable of the battery voltage'),
  charge: z.string().prefault('BatterySOC').describe('variable of the state of charge'),
  temperature: z.string().prefault('InternalTemperature').describe('variable of the internal temperature'),
  stale: duration('1h').prefault('1h').describe('an older sample is not a reading'),
});

export const snapshotConfig = {
  filesystems: z
    .record(ownName, shortOf(filesystemSchema, 'path', path))
    .optional()
    .describe('the filesystems to watch, by a name of your own; without this, the real local mounts of this machine'),
  workspace: workspaceSchema.optional().describe('the group workspace: a remote or network-mounted archive'),
  streams: z.record(ownName, streamSchema).prefault({}).describe('the data streams, by name'),
  power: powerSchema.optional().describe('the power supply'),
  gates: z
    .record(ownName, shortOf(gateSchema, 'file', path))
    .prefault({})
    .describe('gates, by a name of your own: the JSON summaries that other jobs leave (ops/docs/gate-summary.md)'),
  services: z.array(unit).prefault([]).describe('systemd units to watch, beside those of the streams'),
  dashboard: endpointSchema.optional().describe('the dashboard: the endpoint of that name'),
  endpoints: z
    .record(ownName, shortOf(endpointSchema, 'url', url))
    .prefault({})
    .describe('other URLs to watch'),
  git: z
    .record(ownName, path.describe('its top folder'))
    .prefault({})
    .describe('git checkouts to watch, by a name of your own'),
};

/** With what collect needs of the site itself. */
export type SnapshotConfig = z.output<z.ZodObject<typeof snapshotConfig>> & {
  readonly site: string;
  readonly hosts: Readonly<Record<string, { readonly ssh: string } | { readonly folder: string }>>;
};
