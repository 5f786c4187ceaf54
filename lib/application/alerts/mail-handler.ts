// A handler that mails. What composes and sends mails is loaded with the first one.
import { deliverTo } from './delivery.ts';
import type { AlertHandler } from './handlers.ts';

export interface MailOptions {
  readonly from: string;
  readonly to: readonly string[];
  /** Keeps mails that the server has not taken yet. A folder for this handler alone. */
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

export function mailHandler(options: MailOptions): AlertHandler {
  const { host = 'localhost', user, password, to, outbox } = options;
  if (to.length === 0) throw new TypeError('mailHandler: to names no recipient');
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
      (await import('./mail.ts')).sendMail(payload, { from: options.from, to: recipients }, settings),
  });
}
