// Recipients in a `to`: a mail address, a user of this machine, or `webhook:NAME`, one of `alerts.webhooks`.
import type { AlertsConfig } from './config.ts';

const prefix = 'webhook:';

/** The webhook's name; undefined if the recipient is not a webhook. */
export const webhookOf = (recipient: string): string | undefined =>
  recipient.startsWith(prefix) ? recipient.slice(prefix.length) : undefined;

/** Every list of recipients, with its path below `alerts`. */
export const recipientLists = ({
  to,
  escalate,
  rules,
}: Pick<AlertsConfig['alerts'], 'to' | 'escalate' | 'rules'>): [path: string[], to: readonly string[]][] => [
  [['to'], to],
  [['escalate', 'to'], escalate?.to ?? []],
  ...Object.entries(rules).flatMap(([rule, { to: own, for: exceptions }]): [string[], readonly string[]][] => [
    [['rules', rule, 'to'], own ?? []],
    ...Object.entries(exceptions).map(([subject, exception]): [string[], readonly string[]] => [
      ['rules', rule, 'for', subject, 'to'],
      exception.to ?? [],
    ]),
  ]),
];
