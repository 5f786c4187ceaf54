// What the configuration says about alerts.
import * as z from 'zod';
import { duration, measure, percent, planned } from '../contract/quantities.ts';

const address = z.email({ error: (issue) => `expected a mail address; got ${JSON.stringify(issue.input)}` });

const rules = z
  .strictObject({
    storage: z
      .strictObject({ at: percent().prefault('80%').describe('from this much in use on') })
      .prefault({})
      .describe('a filesystem fills up'),
    charge: z
      .strictObject({ at: percent('20%').prefault('20%').describe('at this or below') })
      .prefault({})
      .describe('state of charge'),
    temperature: z
      .strictObject({ at: measure('C', '45 C').prefault('45 C').describe('from this on') })
      .prefault({})
      .describe('internal temperature'),
    voltage: z
      .strictObject({ below: measure('V', '50 V').prefault('50 V').describe('below this') })
      .prefault({})
      .describe('battery voltage'),
    stream: z
      .strictObject({ 'stale-for': duration('3h').prefault('3h').describe('stale for this long') })
      .prefault({})
      .describe('a stream is stale'),
    service: z
      .strictObject({ 'unhealthy-for': duration('3h').prefault('3h').describe('off or unhealthy for this long') })
      .prefault({})
      .describe('a service that a stream depends on'),
  })
  .prefault({});

export const alertsConfig = {
  alerts: z
    .strictObject({
      to: z.array(address).prefault([]).describe('who gets mails'),
      transport: z
        .enum(['auto', 'mailx', 'sendmail', 'smtp'])
        .prefault('auto')
        .describe('how mails leave; OPS_ALERT_TRANSPORT wins'),
      repeat: duration('12h').prefault('12h').describe('a mail again after this long, while an alert stays active'),
      rules: rules.describe('when somebody should hear of something'),
      maintenance: z
        .array(
          z.strictObject({
            every: z.string().describe('when: `Tue 09:00-10:00 UTC`'),
            rules: z.array(z.string()).optional().describe('which rules are silent; without this, all'),
            reason: z.string().describe('why, for the report'),
          }),
        )
        .prefault([])
        .describe('recurring times without mails'),
      escalate: z
        .strictObject({
          after: duration('24h').describe('nobody acknowledged for this long'),
          to: z.array(address).min(1).describe('who hears of it then'),
        })
        .optional()
        .describe('off by default'),
    })
    .prefault({})
    .describe('mails')
    .meta(planned),
};
