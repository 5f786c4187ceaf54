// Schema of the keys that say what to watch.
import * as z from 'zod';
import { duration, hasLogin, ownName } from '../contract/quantities.ts';
import { formatLimit } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { isZone } from '../core/zone.ts';
import { finenessOf, parseDataPath } from '../parse/datapath.ts';
import { parseRange } from '../parse/perfdata.ts';

/** `/data//x/.` and `/data/x/` are `/data/x`: paths are compared as text. */
const path = z
  .string()
  .max(4000)
  .regex(/^\//, { error: (issue) => `expected an absolute path, such as "/data"; got ${JSON.stringify(issue.input)}` })
  .transform((text) => text.replaceAll(/\/(?:\.?(?:\/|$))+/g, '/').replace(/(?<=.)\/$/, ''));

/** Names that copiers, editors and downloads give to files which are not complete; rsync's begin with a dot. */
const usualTemporary =
  '.* *~ #*# *.tmp *.tmp.* *.temp *_tmp *.part *.part.* *.partial *_partial *.filepart *.incomplete *.inprogress ' +
  '*.in-progress *.writing *.uploading *.download *.crdownload *.swp *.swx *.lock *.lck';

const host = z.string().optional().describe('machine to read it on: a name under `hosts`; default: this machine');

const mount = z
  .boolean()
  .optional()
  .describe(
    'true: `path` must be a mount point; false: it may lie on any filesystem; default: it must be mounted where /etc/fstab or the last good reading has a mount point for it',
  );

const filesystemSchema = z.strictObject({
  path: path.describe('any path on the filesystem; a symlink is followed, and the report shows both paths'),
  host,
  network: z
    .boolean()
    .optional()
    .describe('true: may hang, so read it in a child that can be abandoned (automatic for NFS, CIFS and FUSE)'),
  mount,
  'read-only': z.literal('allowed').optional().describe('`allowed`: a read-only mount is not a fault'),
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
  .refine((text) => !hasLogin(text), 'a password in a URL would end up in files and mails: leave it out')
  .meta({ secret: true });

export const usualSlow = '2s';

const endpointSchema = z.strictObject({
  url: url.describe(
    'requested with one GET; redirects are not followed; a status of 2xx or 3xx is healthy; a secret in the query as `?token=$NAME`, of an environment variable or credential',
  ),
  slow: duration(usualSlow).prefault(usualSlow).describe('a response that takes longer is amber'),
  timeout: duration('5s')
    .refine((seconds) => seconds > 0 && seconds <= 9, 'at most 9s: one reading has 10 s in all')
    .prefault('5s')
    .describe('request timeout; at most 9s'),
});

/** Also accepts a bare string for the main key: `/data` for `{ path: /data }`. */
const shortOf = <Long extends z.ZodObject>(long: Long, key: string, main: z.ZodType<string, string>) =>
  z.union([main.transform((value) => long.parse({ [key]: value })), long]);

const location = z.strictObject({ root: path.describe('folder that contains its files'), host });

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
            'pattern of its paths below `root`, such as `{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc`; with the day in the folder names only the newest folders are searched',
          ),
        time: z
          .enum(['mtime', 'name', 'zarr'])
          .prefault('mtime')
          .describe(
            'where the time of the data is read: `mtime`: when the file was written; `name`: in its path; `zarr`: on the `time` axis of the Zarr store at `root`',
          ),
        zone: z
          .string()
          .refine(isZone, {
            error: (issue) =>
              `expected UTC or the name of a time zone, such as "Europe/Berlin"; got ${JSON.stringify(issue.input)}`,
          })
          .prefault('UTC')
          .describe('time zone of the dates and times in its folders and file names: `UTC`, `Europe/Berlin`'),
      })
      .optional()
      .describe('where the data arrive'),
    window: duration('3h').prefault('1.5h').describe('the stream is stale when its newest data are older than this'),
    mirrors: z
      .record(ownName, location.extend({ compare: duration('7d').prefault('7d').describe('how far back to compare') }))
      .prefault({})
      .describe('copies of the stream, by a name of your own'),
    units: z
      .record(ownName, unit.describe('a unit with its type, such as `sync.timer`'))
      .prefault({})
      .describe('systemd units that the stream depends on, by role: sync, process, transfer'),
  })
  .superRefine(({ source, window }, context) => {
    const message = source?.time === 'name' ? tooCoarse(source.files, window) : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['source', 'files'], message });
  });

/** The reason why times in such paths are too coarse for the window, if they are: with months only, the newest file always seems to be of the first day. */
function tooCoarse(files: string, window: number): string | undefined {
  let fineness: number | undefined;
  try {
    fineness = finenessOf(parseDataPath(files));
  } catch {
    return undefined; // no valid pattern: already reported
  }
  const [shown, against] = [JSON.stringify(files), `a window of ${formatLimit(window)}`];
  if (fineness === undefined) {
    const lacks = ['{yyyy}', '{MM}', '{dd}'].filter((part) => !files.includes(part)).join(', ');
    return `${shown} has no ${lacks}: with \`time: name\` the time of a file would not be known to the day, and it could not be judged against ${against}`;
  }
  if (fineness <= window) return undefined;
  const step = formatLimit(fineness);
  return `${shown} gives the time only in steps of ${step}, too coarse for ${against}: name the files more exactly, or use \`time: mtime\` or a window of ${step} or more`;
}

const workspaceSchema = z.strictObject({
  path: path.describe('any path on the workspace'),
  host,
  network: z
    .boolean()
    .prefault(true)
    .describe('true: a network mount, which may hang, and counts as unreachable while the path lies on `/`'),
  mount,
  usage: z
    .union([
      z.strictObject({ command: z.array(z.string()).min(1).describe('program and arguments') }),
      z.strictObject({
        file: path.describe('a JSON file that another program updates'),
        stale: duration('26h').prefault('26h').describe('an older file is ignored'),
      }),
    ])
    .optional()
    .describe('where quota and usage are read, if the filesystem does not report them (ops/docs/workspace-usage.md)'),
});

const gateSchema = z.strictObject({
  file: path.describe('the JSON summary that the gate writes'),
  host,
  map: z
    .strictObject({
      verdict: z.string().describe('key of the verdict; nested keys are joined by dots: `result.status`'),
      'decided-at': z.string().describe('key of the time of the decision: ISO 8601, or unix time in seconds'),
      pass: z.array(z.string()).min(1).describe('verdicts that mean pass; a verdict in neither list is unknown'),
      fail: z.array(z.string()).min(1).describe('verdicts that mean fail'),
      counts: z.record(z.string(), z.string()).prefault({}).describe('keys of counts, by a name of your own'),
      reason: z.string().optional().describe('key of a sentence that explains the verdict'),
    })
    .optional()
    .describe('where the values are in a summary of another format (ops/docs/gate-summary.md)'),
});

const argv = z
  .array(
    z
      .string()
      .max(4000)
      .regex(/^[^\0]*$/, 'a zero byte cannot be passed to a program'),
  )
  .min(1)
  .max(200)
  .describe('program and arguments; no shell reads them');

const range = z
  .string()
  .refine((text) => parseRange(text) !== undefined, {
    error: (issue) =>
      `expected a range of the Nagios plugins, such as "0:10", "10:", "~:10" or "@10:20"; got ${JSON.stringify(issue.input)}`,
  });

const pluginSchema = z.strictObject({
  command: argv,
  host,
  interval: duration('1h').optional().describe('how often it runs, its last result standing; default: every cycle'),
  timeout: duration('5s')
    .refine((seconds) => seconds <= 9, 'at most 9s: one reading has 10 s in all')
    .prefault('5s')
    .describe('it is ended after this; at most 9s'),
  limits: z
    .record(
      z.string().min(1).max(64),
      z
        .strictObject({
          amber: range.optional().describe('values outside this range are amber'),
          red: range.optional().describe('values outside this range are red'),
        })
        .refine(({ amber, red }) => amber !== undefined || red !== undefined, 'expected `amber` or `red`, or both'),
    )
    .prefault({})
    .describe(
      'limits of your own, by label of its performance data: ranges as `0:10`, `10:`, `~:10`, with `@` inverted; in seconds, bytes, percent or plain numbers',
    ),
});

const metricSchema = z
  .strictObject({
    file: path
      .refine((text) => !/\*.*\//.test(text), 'only the name of the file may have a `*`, not that of a folder')
      .optional()
      .meta({ examples: ['/var/lib/prometheus/node-exporter/*.prom'] })
      .describe(
        'a file in the text format of Prometheus, such as those for node-exporter’s textfile collector; with `*` in its name all files that match, at most 32',
      ),
    url: url
      .optional()
      .meta({ secret: true, examples: ['http://127.0.0.1:9100/metrics'] })
      .describe(
        'in place of `file`: requested with one GET from this machine; redirects are not followed; a secret in the query as `?token=$NAME`, of an environment variable or credential',
      ),
    timeout: duration('5s')
      .refine((seconds) => seconds > 0 && seconds <= 9, 'at most 9s: one reading has 10 s in all')
      .optional()
      .describe('request timeout of a `url`; at most 9s; default: 5s'),
    host,
    family: z
      .string()
      .max(200)
      .regex(/^[A-Za-z_:][\w:]*$/, 'expected the name of a metric, such as "node_md_disks"')
      .meta({ examples: ['node_md_disks'] })
      .describe('name of the metric'),
    labels: z.record(z.string(), z.string()).prefault({}).describe('only series with these labels; default: all'),
    amber: range.optional().describe('values outside this range are amber'),
    red: range.optional().describe('values outside this range are red'),
    age: z
      .strictObject({
        amber: duration('26h').optional().describe('a time longer ago is amber'),
        red: duration('3d').optional().describe('a time longer ago is red'),
      })
      .refine(({ amber, red }) => amber !== undefined || red !== undefined, 'expected `amber` or `red`, or both')
      .refine(
        ({ amber = 0, red = Infinity }) => amber <= red,
        '`amber` must not be above `red`, or nothing is ever amber',
      )
      .optional()
      .describe('in place of `amber` and `red`, for values that are Unix times in seconds: limits of their age'),
    absent: z
      .enum(['green', 'amber', 'red'])
      .optional()
      .describe('the level where no series matches; default: unknown'),
    stale: duration('26h')
      .optional()
      .describe('values of a file that was written longer ago are unknown; default: 26h, with `age` none'),
  })
  .superRefine(({ file, url: address, host: machine, timeout, stale, amber, red, age }, context) => {
    const refuse = (message: string, ...at: string[]): void => context.addIssue({ code: 'custom', path: at, message });
    if (file === undefined && address === undefined) refuse('expected `file` or `url`');
    if (file !== undefined && address !== undefined) refuse('give either `file` or `url`', 'url');
    if (address !== undefined && machine !== undefined) refuse('a `url` is always requested from this machine', 'host');
    if (address !== undefined && stale !== undefined)
      refuse('the answer of a `url` is never old: leave it out', 'stale');
    if (file !== undefined && timeout !== undefined)
      refuse('belongs to a `url`: leave it out with a `file`', 'timeout');
    if (age && (amber !== undefined || red !== undefined)) refuse('give either `age`, or `amber` and `red`', 'age');
  })
  // For editors: zod knows no objects of which one of two keys is required.
  .meta({ oneOf: [{ required: ['file'] }, { required: ['url'] }] });

const powerSchema = z.strictObject({
  store: path.describe('a Zarr store as xarray writes it (ops/docs/power-store.md)'),
  host,
  voltage: z.string().prefault('DCInverterVolts').describe('name of the variable of the battery voltage'),
  charge: z.string().prefault('BatterySOC').describe('name of the variable of the state of charge'),
  temperature: z.string().prefault('InternalTemperature').describe('name of the variable of the internal temperature'),
  stale: duration('1h').prefault('1h').describe('an older sample counts as missing'),
});

export const snapshotConfig = {
  filesystems: z
    .record(ownName, shortOf(filesystemSchema, 'path', path))
    .optional()
    .describe('the filesystems to watch, by a name of your own; default: the real local mounts of this machine'),
  workspace: workspaceSchema.optional().describe('the group workspace: a remote or network-mounted archive'),
  streams: z
    .record(ownName, streamSchema)
    .prefault({})
    .describe('data streams, by a name of your own: files that ought to keep coming'),
  temporary: z
    .array(
      z
        .string()
        .min(1)
        .max(200)
        .regex(/^[^/]+$/, 'a pattern of file names has no slash'),
    )
    .max(100)
    .prefault(usualTemporary.split(' '))
    .describe(
      'patterns of file names that are not data yet, in every stream and mirror: `*` is any text, `?` one character, upper and lower case are the same; a list here replaces the default',
    ),
  power: powerSchema.optional().describe('battery and power supply'),
  gates: z
    .record(ownName, shortOf(gateSchema, 'file', path))
    .prefault({})
    .describe('gates, by a name of your own: pass/fail summaries that other programs write (ops/docs/gate-summary.md)'),
  plugins: z
    .record(ownName, z.union([argv.transform((command) => pluginSchema.parse({ command })), pluginSchema]))
    .prefault({})
    .describe(
      'programs that speak the Nagios plugin API, by a name of your own; a bare list is the command (ops/docs/plugins.md)',
    ),
  metrics: z
    .record(ownName, metricSchema)
    .prefault({})
    .describe('values that other programs write for Prometheus, by a name of your own (ops/docs/metrics.md)'),
  services: z.array(unit).prefault([]).describe('further systemd units to watch, beside the `units` of the streams'),
  dashboard: endpointSchema.optional().describe('URL of the dashboard: watched as the endpoint `dashboard`'),
  endpoints: z
    .record(ownName, shortOf(endpointSchema, 'url', url))
    .prefault({})
    .describe('further URLs to watch, by a name of your own'),
  git: z
    .record(ownName, path.describe('top folder of the checkout'))
    .prefault({})
    .describe('git checkouts to watch, by a name of your own'),
};

/** Includes the keys of the site that collect-snapshot needs. */
export type SnapshotConfig = z.output<z.ZodObject<typeof snapshotConfig>> & {
  readonly site: string;
  readonly hosts: Readonly<Record<string, { readonly ssh: string } | { readonly folder: string }>>;
};
