// Recipients in a `to`: a mail address, a user of this machine, or `webhook:NAME`, one of `alerts.webhooks`.

const prefix = 'webhook:';

/** The webhook's name; undefined if the recipient is not a webhook. */
export const webhookOf = (recipient: string): string | undefined =>
  recipient.startsWith(prefix) ? recipient.slice(prefix.length) : undefined;
