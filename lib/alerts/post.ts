// The input and output that sending needs beyond a World, and which transports lead to which recipient.
import type { Spool } from '../contract/spool.ts';
import { Unconfigured } from '../contract/errors.ts';
import type { Transport } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { listed } from '../core/text.ts';
import type { AlertsConfig } from './config.ts';
import { webhookOf } from './recipient.ts';
import type { FoundNote } from './silences.ts';
import type { WebhookConfig } from './webhook-body.ts';

export interface Post {
  readonly spool: (folder: string, runtime: string) => Spool;
  /** Loaded only when there is something to send. */
  readonly outside: () => Promise<Outside>;
  readonly transports: () => Promise<Transports>;
  /** SVG → PNG, for the pictures in mails. Loaded on demand; throws where the library for it is missing. */
  readonly renderPng: () => Promise<(svg: string) => Uint8Array>;
  /** Silences, lifts and acknowledgements in that folder. */
  readonly notes: (folder: string) => readonly FoundNote[];
  /** Leaves a file that we are not allowed to remove. */
  readonly removeNote: (folder: string, name: string) => void;
}

interface Transports {
  /** In the order in which `auto` tries them. */
  readonly mail: readonly Transport[];
  readonly webhook: (name: string, settings: WebhookConfig) => Transport;
}

/** The transports of this run: mail transports in the order in which they are tried, and one for each webhook. */
export interface Chosen {
  readonly mail: readonly Transport[];
  readonly webhooks: Readonly<Record<string, Transport>>;
}

/** `OPS_ALERT_TRANSPORT` overrides the configuration. If misspelt, mails wait, but webhooks still work. */
export function chooseTransports(
  { mail, webhook }: Transports,
  { alerts }: AlertsConfig,
  { environment }: Outside,
): Chosen {
  const wanted = environment['OPS_ALERT_TRANSPORT'] || alerts.transport;
  const found = wanted === 'auto' ? mail : mail.filter(({ name }) => name === wanted);
  const names = ['auto', ...mail.map(({ name }) => name)];
  const missing = `OPS_ALERT_TRANSPORT is ${JSON.stringify(wanted)}; expected one of ${listed(names)}`;
  const webhooks = Object.entries(alerts.webhooks).map(([name, settings]) => [name, webhook(name, settings)] as const);
  return {
    mail: found.length === 0 ? [unknownTransport(wanted, missing)] : found,
    webhooks: Object.fromEntries(webhooks),
  };
}

const unknownTransport = (name: string, missing: string): Transport => ({
  name,
  summary: 'unknown transport',
  ready: async () => ({ usable: false, missing }),
  send: async () => {
    throw new Unconfigured(missing);
  },
});

/** Empty for a webhook that the configuration no longer has. */
export function transportsTo({ mail, webhooks }: Chosen, recipient: string): readonly Transport[] {
  const name = webhookOf(recipient);
  if (name === undefined) return mail;
  const found = webhooks[name];
  return found ? [found] : [];
}
