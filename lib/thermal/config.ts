// The configuration of the thermal heartbeat.
import * as z from 'zod';
import { duration, measure, secret } from '../contract/quantities.ts';
import { beatStyles } from '../core/beat.ts';
import type { BeatStyle } from '../core/beat.ts';
import { sources } from './sources/index.ts';
import type { Limits } from './thresholds.ts';

const degrees = (example: string, [least, most]: readonly [number, number]) =>
  measure('C', example).refine((celsius) => celsius >= least && celsius <= most, `from ${least} to ${most} C`);

/** Degrees Celsius; readings outside this range are implausible, too. */
const believable = [-40, 150] as const;

const above = (by: string) =>
  z.strictObject({ above: degrees(by, believable).prefault(by).describe('above this') }).prefault({});

const pattern = (says: string) => z.string().min(1).optional().describe(`${says}; \`*\` stands for anything`);

const sourceNames = sources.map(({ name }) => name);

export const thermalConfig = {
  thermal: z
    .strictObject({
      cpu: above('85 C').describe('the CPU package'),
      nvme: above('70 C').describe('NVMe disks'),
      for: z
        .array(
          z
            .strictObject({
              source: z.enum(sourceNames).optional().describe('where it is read'),
              chip: pattern('as `thermal-heartbeat --print` shows it'),
              sensor: pattern('as `thermal-heartbeat --print` shows it'),
              above: degrees('60 C', believable)
                .optional()
                .describe('above this; without it, matching sensors are not judged'),
            })
            .refine((exception) => Object.values(exception).some((value) => value !== undefined), {
              error: 'says nothing: it would fit every sensor, and none would be judged any more',
            }),
        )
        .prefault([])
        .describe('other limits, by source, chip and sensor; the first match counts'),
      samples: z
        .int()
        .min(1)
        .max(100)
        .prefault(3)
        .describe('beats in a row above a limit before an alert begins, and well below it before the alert ends'),
      clear: degrees('5 C', [0, 100]).prefault('5 C').describe('an alert ends only this far below its limit'),
      stuck: duration('24h')
        .refine((seconds) => seconds >= 3600, 'at least 1h: a quiet machine is no broken sensor')
        .prefault('24h')
        .describe('a sensor whose value has not changed for this long is treated as broken'),
      sensors: z
        .boolean()
        .prefault(false)
        .describe('runs `sensors -j` too: the same chips, with the labels and corrections of /etc/sensors.d'),
      sentry: z
        .strictObject({
          dsn: secret.describe(
            'the DSN, or the address of the cron monitor; $NAME: from the environment or a credential, never written here',
          ),
          monitor: z
            .string()
            .regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, {
              error: (issue) =>
                `expected a name of small letters, digits, _ and -, at most 50; got ${JSON.stringify(issue.input)}`,
            })
            .prefault('thermal-heartbeat')
            .describe('name of the cron monitor'),
        })
        .optional()
        .describe('the Sentry project that gets every beat, and an event for each temperature above its limit'),
      beat: z
        .strictObject({
          url: secret.describe('$NAME: from the environment or a credential, never written here'),
          style: z.enum(beatStyles).prefault('healthchecks').describe('the protocol of the watchdog'),
        })
        .optional()
        .describe('another watchdog that gets every beat'),
    })
    .prefault({})
    .describe('the thermal heartbeat'),
};

export interface ThermalConfig {
  readonly site: string;
  readonly thermal: Limits & {
    /** Seconds. */
    readonly stuck: number;
    readonly sensors: boolean;
    readonly sentry?: { readonly dsn: string; readonly monitor: string } | undefined;
    readonly beat?: { readonly url: string; readonly style: BeatStyle } | undefined;
  };
}
