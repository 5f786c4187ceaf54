// What waits in the outbox goes out, by the ways that the configuration leaves; what became of it stands in the log.
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import type { AlertsConfig } from './config.ts';
import { log } from './log.ts';
import { type Flushed, flush, type Settle } from './outbox.ts';
import { type Post, waysOut, waysTo } from './post.ts';

interface Delivery {
  /** Of the snapshot, by which mail, log and report belong together. */
  readonly runId: string;
  readonly isTimeLeft: () => boolean;
  readonly settle: Settle;
}

export async function deliverWaiting(
  post: Post,
  world: World<AlertsConfig>,
  spool: Spool,
  { runId, isTimeLeft, settle }: Delivery,
): Promise<Flushed> {
  // Nothing waits: nothing of what sending needs is even looked for.
  if (spool.names().length === 0) return { happened: [], problems: [] };
  const outside = await post.outside();
  const ways = waysOut(await post.transports(), world.config, outside);
  const giveUp = world.config.alerts['give-up'];
  const flushed = await flush(
    { spool, ways: (recipient) => waysTo(ways, recipient), outside, now: world.now(), giveUp, isTimeLeft },
    settle,
  );
  const happened = flushed.happened.map(({ kind, entry, to, message }) => ({
    kind,
    ids: entry.ids,
    message,
    message_id: entry.message_id,
    to: [...to],
  }));
  return { ...flushed, problems: [...flushed.problems, ...(await log(world, runId, happened))] };
}
