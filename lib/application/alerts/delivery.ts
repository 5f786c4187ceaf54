// Delivers the events of alerts to a receiver by way of an outbox: an event is on disk before anybody tries to send it, is tried
// again until the receiver takes it, and outlasts the process. Mails and webhooks use it.
import { type ContentOf, object, string } from '../../contract/shape.ts';
import type { Spool } from '../../contract/spool.ts';
import { openSpool } from '../../io/spool.ts';
import { environmentVariable } from '../../io/variables.ts';
import { commonFields, type Fate, flush, type Kind, readOutbox, setAside } from '../../outbox/outbox.ts';
import { type OnProblem, reasonOf } from '../problem.ts';
import type { AlertEvent } from './alert.ts';
import type { NamedAlertHandler } from './handlers.ts';
import { claim } from './own-path.ts';

const entrySchema = object({
  ...commonFields,
  /** Sorts by the order in which the events came, and ends with the alert's id. */
  id: string,
  /** `created HighErrorRate`, for messages. */
  about: string,
  /** What is sent, ready. */
  payload: string,
});

type Entry = ContentOf<typeof entrySchema>;

const kind: Kind<Entry> = {
  name: 'alert event',
  shape: entrySchema,
  fileName: ({ id }) => `${id}.json`,
  groupOf: () => '',
};

export interface Delivery {
  /** For messages. */
  readonly name: string;
  /** The folder of the outbox. */
  readonly folder: string;
  readonly recipients: readonly string[];
  /** Undefined for an event that the receiver is not to be told of. */
  readonly compose: (event: AlertEvent) => string | undefined | Promise<string | undefined>;
  /** One attempt; the result for each recipient. */
  readonly send: (payload: string, to: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Fate>>;
}

/** After a week without success an event moves to `dead/` in the folder. */
const giveUpSeconds = 7 * 86_400;
/** The back-off decides when an event is tried again; this is how often it is asked. */
const secondsBetweenLooks = 30;
/** Of a receiver that is down for long, the newest events are kept. */
const mostWaiting = 1000;

export function deliverTo({ name, folder, recipients, compose, send }: Delivery): NamedAlertHandler {
  const release = claim(folder, `${name}: the outbox`);
  const spool = openSpool(folder, environmentVariable('XDG_RUNTIME_DIR') ?? folder);
  const stopped = new AbortController();
  let tell: OnProblem = () => undefined;
  let sending = Promise.resolve();
  let isQueued = false;
  let timer: NodeJS.Timeout | undefined;
  let stopBy = Infinity;
  let count = 0;

  /** Returns how many were sent. */
  const sendOldest = async (): Promise<number> => {
    const happened = await flush({
      spool: oldestOfEach(spool),
      kind,
      carry: (entry, to) =>
        send(
          entry.payload,
          to.map(({ address }) => address),
          stopped.signal,
        ),
      digests: undefined,
      settle: () => Promise.resolve(),
      now: new Date(),
      giveUp: giveUpSeconds,
      isTimeLeft: () => performance.now() < stopBy,
    });
    for (const { kind: outcome, entry, message } of happened)
      if (outcome !== 'sent')
        tell(`${entry.about}: ${outcome === 'dead' ? 'not delivered' : 'will be tried again'}: ${message}`);
    return happened.filter((one) => one.kind !== 'failed').length;
  };

  const sendWaiting = async (): Promise<void> => {
    isQueued = false;
    clearTimeout(timer);
    try {
      for (const bad of readOutbox(spool, kind, undefined).bad) {
        tell(`${folder}/${bad.name} moves to dead/: ${bad.reason}`);
        setAside(spool, bad, new Date());
      }
      // The next event of an alert follows when the one before it has gone.
      while ((await sendOldest()) > 0 && performance.now() < stopBy);
    } catch (error) {
      tell(`the outbox ${folder}: ${reasonOf(error)}`);
    }
    if (stopBy === Infinity) timer = setTimeout(() => void next(), secondsBetweenLooks * 1000).unref();
  };
  /** One after the other: two at once would send the same event twice. */
  const next = (): Promise<void> => {
    if (!isQueued) {
      isQueued = true;
      sending = sending.then(sendWaiting);
    }
    return sending;
  };

  return {
    name,
    start: (_active, onProblem) => {
      tell = onProblem;
      void next();
    },
    handle: async (event) => {
      const payload = await compose(event);
      if (payload === undefined) return;
      const entry: Entry = {
        schema_version: 1,
        composed_at: new Date().toISOString(),
        recipients: recipients.map((address) => ({ address, state: 'waiting', attempts: 0 })),
        id: `${Date.now()}-${String((count += 1)).padStart(8, '0')}-${event.alert.id}`,
        about: `${event.kind} ${event.alert.name}`,
        payload,
      };
      const [oldest, ...others] = spool.names();
      if (oldest !== undefined && others.length + 1 >= mostWaiting) {
        spool.remove(oldest);
        tell(`${mostWaiting} events wait in ${folder}, and the oldest is left out`);
      }
      spool.put(kind.fileName(entry), JSON.stringify(entry));
      void next();
    },
    stop: async (seconds) => {
      stopBy = performance.now() + seconds * 1000;
      clearTimeout(timer);
      const late = setTimeout(() => stopped.abort(), seconds * 1000).unref();
      await sending;
      clearTimeout(late);
      release();
    },
  };
}

/** Only the oldest event of each alert: its end must not arrive before its beginning. */
const oldestOfEach = (spool: Spool): Spool => ({
  ...spool,
  names: () => {
    const seen = new Set<string>();
    return spool.names().filter((name) => {
      const alert = name.replace(/^\d+-\d+-/, '');
      return seen.size < seen.add(alert).size;
    });
  },
});
