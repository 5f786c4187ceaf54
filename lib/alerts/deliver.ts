// Sends the waiting mails of the outbox by the configured transports, and logs the result.
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import type { Step } from '../contract/step.ts';
import { type Digests, type Fate, flush, type Flush, type Happened } from '../outbox/outbox.ts';
import { counted } from '../core/text.ts';
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
  /** One attempt each. */
  readonly steps: readonly Step[];
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
  if (spool.names().length === 0) return { happened: [], problems: [], steps: [] };
  const giveUp = world.config.alerts['give-up'];
  const steps: Step[] = [];
  const carrier = await openCarrier(post, world);
  const carry: typeof carrier.carry = async (entry, to) => {
    const began = world.monotonicMs();
    const fates = await carrier.carry(entry, to);
    steps.push(attemptStep(fates, began, world.monotonicMs() - began));
    return fates;
  };
  const happened = await flush({ ...delivery, ...carrier, carry, spool, giveUp });
  const events = happened.map(({ kind, entry: { ids, message_id }, to, message }) => {
    return { kind, ids, message, message_id, to: [...to] };
  });
  const dead = happened
    .filter(({ kind }) => kind === 'dead')
    .map(
      ({ entry, to, message }) => `the mail "${entry.subject}" cannot reach ${to.join(', ')} (outbox/dead): ${message}`,
    );
  return { happened, problems: [...dead, ...(await log(world, runId, events))], steps };
}

/** An attempt in the trace of the run, without addresses and subjects. */
function attemptStep(fates: ReadonlyMap<string, Fate>, began: number, ms: number): Step {
  const states = [...fates.values()].map(({ state }) => state);
  const outcome = (['dead', 'waiting'] as const).find((state) => states.includes(state)) ?? 'sent';
  const sent = states.filter((state) => state === 'sent').length;
  const reason = `${sent} of ${counted(states.length, 'recipient')} accepted it`;
  return {
    name: 'send mail',
    began,
    ms,
    ...(outcome === 'sent' ? {} : { failure: { kind: outcome, reason } }),
    attributes: { 'ops_monitor.outcome': outcome, 'ops_monitor.recipients': states.length },
  };
}
