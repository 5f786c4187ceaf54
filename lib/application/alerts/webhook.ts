// Posts the events of alerts to a URL as JSON: a chat, or another program.
import { judgeReply } from '../../core/reply.ts';
import { requestOverHttp } from '../../io/http.ts';
import type { Fate } from '../../outbox/outbox.ts';
import type { AlertEvent } from './alert.ts';
import { deliverTo } from './delivery.ts';
import type { NamedAlertHandler } from './handlers.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Keeps what the receiver has not taken yet. A folder for this handler of this process alone. */
  readonly outbox: string;
  /** Further headers, such as `authorization`. They are not written to the outbox. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is posted for an event; nothing where it gives undefined. Default: the event. For Slack: `({ alert }) => ({ text: alert.message })`. */
  readonly body?: (event: AlertEvent) => unknown;
}

const answerSeconds = 10;
const states = { accepted: 'sent', refused: 'dead', misconfigured: 'waiting', later: 'waiting' } as const;

export function webhookHandler({
  url,
  outbox,
  headers = {},
  body = (event) => event,
}: WebhookOptions): NamedAlertHandler {
  const target = URL.parse(url);
  if (!target || !['http:', 'https:'].includes(target.protocol))
    throw new TypeError('webhookHandler: the url is not an http or https URL');
  return deliverTo({
    name: `webhook to ${target.host}`,
    folder: outbox,
    recipients: ['webhook'],
    compose: (event) => JSON.stringify(body(event)),
    send: async (payload, to, signal) => {
      const reply = await requestOverHttp({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        body: payload,
        seconds: answerSeconds,
        mostBodyBytes: 1000,
        signal,
      });
      const { outcome, quote } = judgeReply(reply);
      const fate: Fate = { state: states[outcome], words: quote };
      return new Map(to.map((address) => [address, fate]));
    },
  });
}
