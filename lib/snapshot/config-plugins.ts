// Schemas of the checks without code: Nagios plugins, and metrics of Prometheus.
import * as z from 'zod';
import { commandLine, duration, webUrl as url } from '../contract/quantities.ts';
import { parseRange } from '../parse/perfdata.ts';
import { host, path } from './config-values.ts';

const range = z
  .string()
  .refine((text) => parseRange(text) !== undefined, {
    error: (issue) =>
      `expected a range of the Nagios plugins, such as "0:10", "10:", "~:10" or "@10:20"; got ${JSON.stringify(issue.input)}`,
  });

export const pluginSchema = z.strictObject({
  command: commandLine,
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

export const metricSchema = z
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
