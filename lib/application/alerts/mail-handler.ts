// A handler that mails. What composes and sends mails is loaded with the first one.
import { deliverTo } from './delivery.ts';
import type { NamedAlertHandler } from './handlers.ts';

export interface MailOptions {
  readonly from: string;
  readonly to: readonly string[];
  /** Keeps mails that the server has not taken yet. A folder for this handler of this process alone. */
  readonly outbox: string;
  /** The mail server. Default: localhost. */
  readonly host?: string;
  /** Default: 25; 587 with a user. */
  readonly port?: number;
  /** `tls` from the first byte, `starttls` required, `offered` taken where it is offered, `none`. Default: `offered` for
   * localhost without a user, otherwise `starttls`. */
  readonly tls?: 'tls' | 'starttls' | 'offered' | 'none';
  readonly user?: string;
  readonly password?: string;
}

const answerSeconds = 20;

export function mailHandler(options: MailOptions): NamedAlertHandler {
  const { host = 'localhost', user, password, outbox } = options;
  const to = options.to.map(addressIn);
  if (to.length === 0) throw new TypeError('mailHandler: to names no recipient');
  for (const address of [addressIn(options.from), ...to])
    if (!/^[^\s@<>]+@[^\s@<>]+$/.test(address)) throw new TypeError(`mailHandler: "${address}" is no address of mail`);
  const isLocal = ['localhost', '127.0.0.1', '::1'].includes(host) && user === undefined;
  const settings = {
    host,
    port: options.port ?? (user === undefined ? 25 : 587),
    tls: options.tls ?? (isLocal ? ('offered' as const) : ('starttls' as const)),
    seconds: answerSeconds,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
  return deliverTo({
    name: `mail by ${host}`,
    folder: outbox,
    recipients: to,
    compose: async (event) => (await import('./mail.ts')).composeMail(event, options),
    send: async (payload, recipients) =>
      (await import('./mail.ts')).sendMail(payload, { from: addressIn(options.from), to: recipients }, settings),
  });
}

/** `Ops <ops@example.org>` → `ops@example.org` */
const addressIn = (text: string): string => /<([^>]+)>\s*$/.exec(text)?.[1] ?? text.trim();
