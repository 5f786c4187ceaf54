// Sends the waiting mails of the outbox by the configured transports, and logs the result.
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import { flush, type Flushed } from '../outbox/outbox.ts';
import type { AlertsConfig } from './config.ts';
import { log } from './log.ts';
import { carryMail, type Entry, mailKind } from './mail-outbox.ts';
import { chooseTransports, type Post, transportsTo } from './post.ts';

interface Delivery {
  /** Run id of the snapshot: mail, log and report share it. */
  readonly runId: string;
  readonly isTimeLeft: () => boolean;
  /** Called with the ids of the alerts in a mail, and when a transport last accepted the mail. */
  readonly settle: (ids: readonly string[], at: Date) => Promise<void>;
}

export async function deliverWaiting(
  post: Post,
  world: World<AlertsConfig>,
  spool: Spool,
  { runId, isTimeLeft, settle }: Delivery,
): Promise<Flushed<Entry>> {
  // With an empty outbox, nothing that sending needs is loaded.
  if (spool.names().length === 0) return { happened: [], problems: [] };
  const outside = await post.outside();
  const chosen = chooseTransports(await post.transports(), world.config, outside);
  const flushed = await flush({
    spool,
    kind: mailKind,
    carry: carryMail((recipient) => transportsTo(chosen, recipient), outside),
    settle: ({ ids }, at) => settle(ids, at),
    now: world.now(),
    giveUp: world.config.alerts['give-up'],
    isTimeLeft,
  });
  const happened = flushed.happened.map(({ kind, entry: { ids, message_id }, to, message }) => {
    return { kind, ids, message, message_id, to: [...to] };
  });
  return { ...flushed, problems: [...flushed.problems, ...(await log(world, runId, happened))] };
}
