// Who may stand in a `to`: somebody's mail address, a user of this machine, or `webhook:NAME`, one of `alerts.webhooks`.

const prefix = 'webhook:';

/** The webhook's name; undefined where it is none. */
export const webhookOf = (recipient: string): string | undefined =>
  recipient.startsWith(prefix) ? recipient.slice(prefix.length) : undefined;
