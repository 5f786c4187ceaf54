// Recipients in a `to`: a mail address, a user of this machine, or `webhook:NAME`, one of `alerts.webhooks`.

const prefix = 'webhook:';

/** The webhook's name; undefined if the recipient is not a webhook. */
export const webhookOf = (recipient: string): string | undefined =>
  recipient.startsWith(prefix) ? recipient.slice(prefix.length) : undefined;

/** `Ops <ops@example.org>` → `ops@example.org`: mails are sent to bare addresses. */
export const bareRecipient = (text: string): string => /^[^<>]*<([^<>]+)>\s*$/.exec(text)?.[1]?.trim() ?? text.trim();

/** Equal for two spellings of one recipient: no mail server in use tells `Ops@` and `ops@` apart. Names of webhooks are exact. */
export const recipientKey = (recipient: string): string =>
  webhookOf(recipient) === undefined ? recipient.toLowerCase() : recipient;

/** Each recipient once, in the first spelling. */
export function mergeRecipients(...lists: readonly (readonly string[])[]): string[] {
  const byKey = new Map<string, string>();
  for (const one of lists.flat()) if (!byKey.has(recipientKey(one))) byKey.set(recipientKey(one), one);
  return [...byKey.values()];
}

export function recipientsMissingIn(known: readonly string[], wanted: readonly string[]): string[] {
  const keys = new Set(known.map(recipientKey));
  return mergeRecipients(wanted).filter((one) => !keys.has(recipientKey(one)));
}

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
