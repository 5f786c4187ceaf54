// Recipients in a `to`: a mail address, a user of this machine, or `webhook:NAME`, one of `alerts.webhooks`.

const prefix = 'webhook:';

/** The webhook's name; undefined if the recipient is not a webhook. */
export const webhookOf = (recipient: string): string | undefined =>
  recipient.startsWith(prefix) ? recipient.slice(prefix.length) : undefined;

interface Notified {
  readonly to?: readonly string[] | undefined;
}

interface Recipients extends Notified {
  readonly escalate?: Notified | undefined;
  readonly rules: Readonly<Record<string, Notified & { readonly for: Readonly<Record<string, Notified>> }>>;
}

type RecipientList = [path: string[], to: readonly string[]];

/** Every list of recipients, with its path below `alerts`. */
export const recipientLists = ({ to, escalate, rules }: Recipients): RecipientList[] => [
  [['to'], to ?? []],
  [['escalate', 'to'], escalate?.to ?? []],
  ...Object.entries(rules).flatMap(([rule, { to: own, for: exceptions }]): RecipientList[] => [
    [['rules', rule, 'to'], own ?? []],
    ...Object.entries(exceptions).map(([subject, exception]): RecipientList => [
      ['rules', rule, 'for', subject, 'to'],
      exception.to ?? [],
    ]),
  ]),
];
