// Schema of the keys that say what to watch.
import * as z from 'zod';
import { commandLine, duration, ownName, percent, unit, webUrl as url } from '../contract/quantities.ts';
import { metricSchema, pluginSchema } from './config-plugins.ts';
import { streamSchema } from './config-streams.ts';
import { host, path } from './config-values.ts';

/** Names that copiers, editors and downloads give to files which are not complete; rsync's begin with a dot. */
const usualTemporary =
  '.* *~ #*# *.tmp *.tmp.* *.temp *_tmp *.part *.part.* *.partial *_partial *.filepart *.incomplete *.inprogress ' +
  '*.in-progress *.writing *.uploading *.download *.crdownload *.swp *.swx *.lock *.lck';

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

const gpuSchema = z.strictObject({
  host,
  count: z.int().min(1).max(64).optional().describe('GPUs that the machine has: fewer are red'),
  memory: z
    .strictObject({
      amber: percent('95%').optional().describe('memory in use from which on a GPU is amber'),
      red: percent('99%').optional().describe('memory in use from which on a GPU is red'),
    })
    .refine(({ amber, red }) => amber === undefined || red === undefined || amber <= red, {
      error: 'amber must not be above red, or nothing is ever amber',
    })
    .optional()
    .describe('limits of the memory in use; without them it is not judged, because work on a GPU may fill its memory'),
});

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
  gpus: z
    .record(ownName, gpuSchema)
    .prefault({})
    .describe('machines with NVIDIA GPUs, by a name of your own, read by `nvidia-smi` (ops/docs/gpus.md)'),
  gates: z
    .record(ownName, shortOf(gateSchema, 'file', path))
    .prefault({})
    .describe('gates, by a name of your own: pass/fail summaries that other programs write (ops/docs/gate-summary.md)'),
  plugins: z
    .record(ownName, z.union([commandLine.transform((command) => pluginSchema.parse({ command })), pluginSchema]))
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
  /** What watch-services measures. */
  readonly watchdog: {
    readonly services: Readonly<Record<string, { readonly limits: Readonly<Record<string, number | undefined>> }>>;
  };
  /** What fleet-snapshot looks at. */
  readonly fleet: {
    readonly watch: readonly string[];
    readonly environments: Readonly<Record<string, { readonly nodes: Readonly<Record<string, unknown>> }>>;
  };
  readonly hosts: Readonly<Record<string, { readonly ssh: string } | { readonly folder: string }>>;
};
