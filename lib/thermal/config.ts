// The configuration of the thermal heartbeat.
import * as z from 'zod';
import { duration, measure, secret } from '../contract/quantities.ts';
import { beatStyles } from '../core/beat.ts';
import { believable } from './reading.ts';
import { sources } from './sources/index.ts';

const degrees = (example: string, [least, most]: readonly [number, number]) =>
  measure('C', example).refine((celsius) => celsius >= least && celsius <= most, `from ${least} to ${most} C`);

const above = (by: string) =>
  z.strictObject({ above: degrees(by, believable).prefault(by).describe('too hot above this') }).prefault({});

const pattern = (says: string) => z.string().min(1).optional().describe(`${says}; \`*\` matches any text`);

const sourceNames = sources.map(({ name }) => name);

export const thermalConfig = {
  thermal: z
    .strictObject({
      cpu: above('85 C').describe('limit of the CPU package'),
      nvme: above('70 C').describe('limit of NVMe disks'),
      disk: above('60 C').describe('limit of SATA and SAS disks (the kernel’s drivetemp)'),
      gpu: above('95 C').describe('limit of graphics cards'),
      for: z
        .array(
          z
            .strictObject({
              source: z.enum(sourceNames).optional().describe('source of the reading'),
              chip: pattern('name of the chip as `thermal-heartbeat --print` shows it'),
              sensor: pattern('name of the sensor as `thermal-heartbeat --print` shows it'),
              above: degrees('60 C', believable).optional().describe('too hot above this; without it, not judged'),
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
        .describe(
          'beats in a row above the limit before an alert begins, and below the limit by `clear` before it ends',
        ),
      unread: z
        .int()
        .min(1)
        .max(1000)
        .prefault(10)
        .describe(
          'beats in a row in which a judged sensor cannot be read before that is an alert, and the check-in an error',
        ),
      clear: degrees('5 C', [0, 100]).prefault('5 C').describe('an alert ends only this much below its limit'),
      stuck: duration('24h')
        .refine((seconds) => seconds >= 3600, 'at least 1h: a quiet machine is no broken sensor')
        .prefault('24h')
        .describe('a sensor whose value has not changed for this long causes a warning'),
      sensors: z
        .boolean()
        .prefault(false)
        .describe('also runs `sensors -j`: the same chips, with the labels and corrections of /etc/sensors.d'),
      sentry: z
        .strictObject({
          dsn: secret.describe(
            'the DSN, or the URL of the cron monitor, as $NAME of an environment variable or credential',
          ),
          monitor: z
            .string()
            .regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, {
              error: (issue) =>
                `expected a name of small letters, digits, _ and -, at most 50; got ${JSON.stringify(issue.input)}`,
            })
            .prefault('thermal-heartbeat')
            .describe('name of the cron monitor'),
          check_ins: z
            .boolean()
            .prefault(true)
            .describe('false for a server without cron monitors (Bugsink, GlitchTip): it gets the events only'),
        })
        .optional()
        .describe('Sentry project that receives every beat, and an event when a temperature is above its limit'),
      beat: z
        .strictObject({
          url: secret.describe('the URL, as $NAME of an environment variable or credential'),
          style: z.enum(beatStyles).prefault('healthchecks').describe('protocol of the watchdog'),
        })
        .optional()
        .describe('pings a further watchdog with every beat'),
    })
    .prefault({})
    .describe('the thermal heartbeat: exports temperatures, and reports those above their limit'),
};

export interface ThermalConfig {
  readonly site: string;
  readonly thermal: z.output<typeof thermalConfig.thermal>;
}
