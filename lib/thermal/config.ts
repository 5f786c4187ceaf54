// What the configuration says about the thermal heartbeat.
import * as z from 'zod';
import { measure, planned, secret } from '../contract/quantities.ts';

const above = (by: string) =>
  z.strictObject({ above: measure('C', by).prefault(by).describe('above this') }).prefault({});

export const thermalConfig = {
  thermal: z
    .strictObject({
      cpu: above('85 C').describe('the CPU package'),
      nvme: above('70 C').describe('NVMe disks'),
      sentry: z
        .strictObject({
          dsn: secret.describe('$NAME: from the environment or a credential, never written here'),
          monitor: z.string().prefault('thermal-heartbeat').describe('name of the cron monitor'),
        })
        .optional()
        .describe('the Sentry cron monitor'),
    })
    .prefault({})
    .describe('the thermal heartbeat')
    .meta(planned),
};
