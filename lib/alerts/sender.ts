// The sender of mails. It is decided when a mail is sent, so that a corrected sender applies to the mails that wait.

export interface Sender {
  readonly address: string;
  /** Setting that gives the address. */
  readonly origin: 'alerts.from' | 'OPS_ALERT_SMTP_FROM' | 'default';
}

/** Somebody should read this address: bounces are the only sign of a mail that was accepted and did not arrive. */
export function senderOf(
  { alerts }: { readonly alerts: { readonly from?: string | undefined } },
  environment: Readonly<Record<string, string | undefined>>,
  hostname: string,
): Sender {
  if (alerts.from !== undefined) return { address: alerts.from, origin: 'alerts.from' };
  const named = environment['OPS_ALERT_SMTP_FROM'];
  if (named) return { address: named, origin: 'OPS_ALERT_SMTP_FROM' };
  return { address: `ops-monitor@${hostname}`, origin: 'default' };
}

/** The message with this address in its From header; the name beside it stays. */
export function withSender(raw: string, address: string): string {
  const end = raw.indexOf('\r\n\r\n');
  const head = end < 0 ? raw : raw.slice(0, end);
  const replaced = head.replace(
    /^(From:(?:[^\r\n]|\r\n[ \t])*<)[^<>\r\n]*>(?=\r\n\S|\r?\n?$)/im,
    (_whole, before: string) => `${before}${address}>`,
  );
  return replaced + raw.slice(head.length);
}
