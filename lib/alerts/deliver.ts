// Sends the waiting mails of the outbox by the configured transports, and logs the result.
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import { type Digests, flush, type Flush, type Happened } from '../outbox/outbox.ts';
import type { AlertsConfig } from './config.ts';
import { log } from './log.ts';
import { carryMail, type Entry, mailKind } from './mail-outbox.ts';
import { chooseTransports, type Post, transportsTo } from './post.ts';
import { senderOf } from './sender.ts';

interface Delivery extends Pick<Flush<Entry>, 'isTimeLeft' | 'settle'> {
  /** Run id of the snapshot: mail, log and report share it. */
  readonly runId: string;
  readonly digests: Digests;
}

interface Delivered {
  readonly happened: readonly Happened<Entry>[];
  readonly problems: readonly string[];
}

/** Delivery by the configured transports. */
export async function openCarrier(
  post: Post,
  world: World<AlertsConfig>,
): Promise<Pick<Flush<Entry>, 'kind' | 'carry' | 'now'>> {
  const { config, hostname } = world;
  const outside = await post.outside();
  const chosen = chooseTransports(await post.transports(), config, outside);
  const sender = senderOf(config, outside.environment, hostname);
  const carry = carryMail((recipient) => transportsTo(chosen, recipient), sender, outside);
  return { kind: mailKind, carry, now: world.now() };
}

export async function deliverWaiting(
  post: Post,
  world: World<AlertsConfig>,
  spool: Spool,
  { runId, ...delivery }: Delivery,
): Promise<Delivered> {
  // With an empty outbox, nothing that sending needs is loaded.
  if (spool.names().length === 0) return { happened: [], problems: [] };
  const giveUp = world.config.alerts['give-up'];
  const happened = await flush({ ...delivery, ...(await openCarrier(post, world)), spool, giveUp });
  const events = happened.map(({ kind, entry: { ids, message_id }, to, message }) => {
    return { kind, ids, message, message_id, to: [...to] };
  });
  const dead = happened
    .filter(({ kind }) => kind === 'dead')
    .map(
      ({ entry, to, message }) => `the mail "${entry.subject}" cannot reach ${to.join(', ')} (outbox/dead): ${message}`,
    );
  return { happened, problems: [...dead, ...(await log(world, runId, events))] };
}
