// What sending is handed of the world, and which ways lead to whom.
import type { Spool } from '../contract/spool.ts';
import { Unconfigured } from '../contract/errors.ts';
import type { Transport } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { listed } from '../core/text.ts';
import type { AlertsConfig } from './config.ts';
import { webhookOf } from './recipient.ts';
import type { FoundNote } from './quiet.ts';
import type { WebhookConfig } from './webhook-body.ts';

/** Beyond a World. */
export interface Post {
  readonly spool: (folder: string, runtime: string) => Spool;
  /** Loaded when there is something to send: a run without costs nothing of it. */
  readonly outside: () => Promise<Outside>;
  readonly transports: () => Promise<Transports>;
  /** What people left in that folder. */
  readonly notes: (folder: string) => readonly FoundNote[];
  /** Where it is not ours to remove, it stays. */
  readonly removeNote: (folder: string, name: string) => void;
}

interface Transports {
  /** In the order in which `auto` tries them. */
  readonly mail: readonly Transport[];
  readonly webhook: (name: string, settings: WebhookConfig) => Transport;
}

export interface Ways {
  readonly mail: readonly Transport[];
  readonly webhooks: Readonly<Record<string, Transport>>;
}

/** `OPS_ALERT_TRANSPORT` wins over the configuration. Misspelt, it costs the mails their way, and nobody else theirs. */
export function waysOut({ mail, webhook }: Transports, { alerts }: AlertsConfig, { environment }: Outside): Ways {
  const wanted = environment['OPS_ALERT_TRANSPORT'] || alerts.transport;
  const found = wanted === 'auto' ? mail : mail.filter(({ name }) => name === wanted);
  const names = ['auto', ...mail.map(({ name }) => name)];
  const missing = `OPS_ALERT_TRANSPORT is ${JSON.stringify(wanted)}; expected one of ${listed(names)}`;
  const webhooks = Object.entries(alerts.webhooks).map(([name, settings]) => [name, webhook(name, settings)] as const);
  return { mail: found.length === 0 ? [noWay(wanted, missing)] : found, webhooks: Object.fromEntries(webhooks) };
}

const noWay = (name: string, missing: string): Transport => ({
  name,
  summary: 'nothing of that name',
  ready: async () => ({ usable: false, missing }),
  send: async () => {
    throw new Unconfigured(missing);
  },
});

/** To whom nothing leads (a webhook that the configuration does not name any more), there is no way. */
export function waysTo({ mail, webhooks }: Ways, recipient: string): readonly Transport[] {
  const name = webhookOf(recipient);
  if (name === undefined) return mail;
  const found = webhooks[name];
  return found ? [found] : [];
}
