// The `alerts` section of the configuration: limits of every rule, recipients and transports.
import * as z from 'zod';
import type { Policy } from '../contract/policy.ts';
import { duration, hasLogin, limitType, ownName, secret, wait } from '../contract/quantities.ts';
import { alertNameProblem, checkNameProblem } from './named.ts';
import { bareRecipient, mergeRecipients, recipientLists, webhookOf } from './recipient.ts';
import { parseWindow } from './maintenance.ts';
import { policies, red } from './policies.ts';
import { transports } from './transports/index.ts';
import { webhookStyles } from './webhook-body.ts';

const address = z.email({ error: (issue) => `expected a mail address; got ${JSON.stringify(issue.input)}` });
/** A user such as `root`, to whom sendmail can deliver. Without dots: a name with dots is more likely an address without its @. */
const localUser = /^[a-z_][a-z0-9_-]{0,31}$/;
const recipient = z
  .string()
  .transform(bareRecipient)
  .refine((text) => webhookOf(text) !== undefined || localUser.test(text) || address.safeParse(text).success, {
    error: (issue) =>
      `expected a mail address, a user of this machine, or webhook:NAME; got ${JSON.stringify(issue.input)}`,
  });
const addresses = z.union([
  recipient.transform((one) => [one]),
  z.array(recipient).transform((all) => mergeRecipients(all)),
]);

const webhook = z.strictObject({
  url: secret.describe('the URL, as $NAME of an environment variable or credential'),
  style: z.enum(webhookStyles).prefault('json').describe('format of the messages'),
  token: secret.optional().describe('bearer token, as $NAME of an environment variable or credential'),
});

const alertmanager = z.strictObject({
  urls: z
    .array(
      z
        .string()
        .regex(/^(https?:\/\/|\$[A-Z_][A-Z0-9_]*$)/, {
          error: (issue) => `expected an http or https URL, or $NAME of one; got ${JSON.stringify(issue.input)}`,
        })
        .refine(
          (text) => !hasLogin(text),
          'a login in a URL would end up where the configuration is shown and copied: name the whole URL, as $NAME',
        )
        .meta({ secret: true }),
    )
    .min(1)
    .describe('URLs of all replicas: `http://127.0.0.1:9093`, or $NAME of a secret URL'),
  token: secret.optional().describe('bearer token, as $NAME of an environment variable or credential'),
  labels: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'expected a label of letters, digits and _'), z.string())
    .prefault({})
    .describe('further labels of every alert, for the routes of Alertmanager'),
});

const justHold: NonNullable<Policy['hold']> = ['hold', undefined, 'must last this long before the alert begins'];

/** Each key of a rule may be repeated under `for.SUBJECT`, with another value for that subject. */
function schemaOf({ summary, limit, hold = justHold, exceptions = {} }: Policy) {
  const shared = {
    'clear-hold': wait('15m').optional().describe('must be well again for this long before the alert ends'),
    repeat: duration('12h').optional().describe('mailed again after this long; default: `alerts.repeat`'),
    to: addresses.optional().describe('recipients; default: `alerts.to`'),
  };
  const [holdKey, holdDefault, holdSays] = hold;
  const own = limit ? [[limit.key, limit.definition] as const] : [];
  const holds = wait(holdDefault ?? '10m');
  const parts: Readonly<Record<string, z.ZodType>> = {
    ...Object.fromEntries(own.map(([key, [quantity, , says]]) => [key, limitType(quantity).optional().describe(says)])),
    [holdKey]: holds.optional().describe(holdSays),
    ...shared,
  };
  const byDefault = Object.entries(exceptions).map(([subject, values]) => {
    const given = Object.entries(values).map(([key, value]) => [key, parts[key]?.prefault(value)]);
    return [
      subject,
      z
        .strictObject({ ...parts, ...Object.fromEntries(given) })
        .prefault({})
        .describe('other values for this subject'),
    ];
  });
  const exceptionsSchema = z
    .object(Object.fromEntries(byDefault))
    .catchall(z.strictObject(parts)) as z.ZodType as z.ZodType<Exceptions, object>;
  return z
    .strictObject({
      ...Object.fromEntries(
        own.map(([key, [quantity, byDefault, says]]) => [key, limitType(quantity).prefault(byDefault).describe(says)]),
      ),
      [holdKey]: (holdDefault === undefined ? holds.optional() : holds.prefault(holdDefault)).describe(holdSays),
      ...shared,
      for: exceptionsSchema.prefault({}).describe('other values for single subjects, by name'),
    })
    .prefault({})
    .describe(summary);
}

const rulesSchema = z
  .strictObject(Object.fromEntries(policies.map((policy) => [policy.name, schemaOf(policy)])))
  .prefault({});

/** `checks` are the names of all checks: any of them may be red. */
export const alertsConfig = (checks: readonly string[]) => ({
  alerts: z
    .strictObject({
      to: addresses
        .prefault([])
        .describe('recipients: addresses, users of this machine, webhook:NAME; without any, no mails are written'),
      from: address.optional().describe('sender address; default: OPS_ALERT_SMTP_FROM, else ops-monitor@HOSTNAME'),
      transport: z
        .enum(['auto', ...transports.mail.map(({ name }) => name)])
        .prefault('auto')
        .describe('how mails are sent; the environment variable OPS_ALERT_TRANSPORT takes precedence'),
      repeat: duration('12h').prefault('12h').describe('an active alert is mailed again after this'),
      'give-up': duration('7d')
        .prefault('7d')
        .describe('a message that could not be delivered for this long moves to outbox/dead'),
      picture: z.boolean().prefault(true).describe('a small picture of the value over the last day, attached to mails'),
      rules: rulesSchema.describe('alert rules: which observations are mailed, after what hold, to whom'),
      maintenance: z
        .array(
          z.strictObject({
            every: z
              .string()
              .refine((text) => parseWindow(text) !== undefined, {
                error: (issue) =>
                  `expected days and hours in UTC, such as "Tue 09:00-10:00", "Mon-Fri 23:30-00:30" or "daily 02:00-03:00"; got ${JSON.stringify(issue.input)}`,
              })
              .describe(
                'days and hours in UTC, hours of two digits: `Tue 09:00-10:00 UTC`, `Mon-Fri,Sunday 23:30-00:30`, `daily 02:00-03:00`',
              ),
            rules: z
              .array(
                z.string().superRefine((of, context) => {
                  const message = alertNameProblem(of, checks);
                  if (message !== undefined) context.addIssue({ code: 'custom', message });
                }),
              )
              .optional()
              .describe('rules, or subjects of a rule such as `storage:data`, that are silenced; default: all'),
            reason: z.string().describe('reason, shown in the report'),
          }),
        )
        .prefault([])
        .describe('recurring windows in which no alerts are mailed'),
      webhooks: z
        .record(ownName, webhook)
        .prefault({})
        .describe('chats and other programs, by a name of your own: a recipient `webhook:NAME` in any `to`'),
      alertmanager: alertmanager.optional().describe('receives every active alert with each run'),
      escalate: z
        .strictObject({
          after: duration('24h').describe('after this long without acknowledgement'),
          to: addresses.refine((to) => to.length > 0, 'expected somebody').describe('further recipients'),
        })
        .optional()
        .describe('escalation of alerts that nobody acknowledges; off by default'),
    })
    .superRefine((alerts, context) => {
      const rules: RulesConfig = alerts.rules;
      for (const subject of Object.keys(rules[red.name]?.for ?? {})) {
        const message = checkNameProblem(subject, checks);
        if (message !== undefined)
          context.addIssue({ code: 'custom', path: ['rules', red.name, 'for', subject], message });
      }
      const known = Object.keys(alerts.webhooks);
      for (const [path, to] of recipientLists({ ...alerts, rules })) {
        for (const name of to.flatMap((one) => webhookOf(one) ?? [])) {
          if (known.includes(name)) continue;
          const message = `there is no webhook ${JSON.stringify(name)} under \`alerts.webhooks\` (there: ${known.join(', ') || 'none'})`;
          context.addIssue({ code: 'custom', path, message });
        }
      }
    })
    .prefault({})
    .describe('alerts by mail, webhook and Alertmanager'),
});

/** The settings of one rule, or of one of its subjects. */
export type RuleConfig = Readonly<Record<string, unknown>> & {
  readonly 'clear-hold'?: number | undefined;
  readonly repeat?: number | undefined;
  readonly to?: readonly string[] | undefined;
};

type Exceptions = Readonly<Record<string, RuleConfig>>;
type RulesConfig = Readonly<Record<string, RuleConfig & { readonly for: Exceptions }>>;

export type AlertmanagerConfig = Readonly<z.output<typeof alertmanager>>;

export interface AlertsConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly heartbeat?: object | undefined;
  readonly alerts: Omit<z.output<ReturnType<typeof alertsConfig>['alerts']>, 'rules'> & { readonly rules: RulesConfig };
}
