// Delivers the events of alerts to a receiver by way of an outbox: an event is on disk before anybody tries to send it, is tried
// again until the receiver takes it, and outlasts the process. Mails and webhooks use it.
import { type ContentOf, object, string } from '../../contract/shape.ts';
import { openSpool } from '../../io/spool.ts';
import { environmentVariable } from '../../io/variables.ts';
import { commonFields, type Fate, flush, type Kind, readOutbox } from '../../outbox/outbox.ts';
import { type OnProblem, reasonOf } from '../problem.ts';
import type { AlertEvent } from './alert.ts';
import type { AlertHandler } from './handlers.ts';

const entrySchema = object({
  ...commonFields,
  /** Sorts by the order in which the events came. */
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
  /** The folder of the outbox. Each process and each handler needs one of its own. */
  readonly folder: string;
  readonly recipients: readonly string[];
  readonly compose: (event: AlertEvent) => string | Promise<string>;
  /** One attempt; the result for each recipient. */
  readonly send: (payload: string, to: readonly string[]) => Promise<ReadonlyMap<string, Fate>>;
}

/** After a week without success an event moves to `dead/` in the folder. */
const giveUpSeconds = 7 * 86_400;
/** The back-off decides when an event is tried again; this is how often it is asked. */
const secondsBetweenLooks = 30;

export function deliverTo({ name, folder, recipients, compose, send }: Delivery): AlertHandler {
  const spool = openSpool(folder, environmentVariable('XDG_RUNTIME_DIR') ?? folder);
  let tell: OnProblem = () => undefined;
  let sending = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopBy = Infinity;
  let count = 0;

  const sendWaiting = async (): Promise<void> => {
    clearTimeout(timer);
    try {
      const happened = await flush({
        spool,
        kind,
        carry: (entry, to) =>
          send(
            entry.payload,
            to.map(({ address }) => address),
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
    } catch (error) {
      tell(`the outbox ${folder}: ${reasonOf(error)}`);
    }
    if (stopBy === Infinity && readOutbox(spool, kind, undefined).waiting.length > 0)
      timer = setTimeout(() => void next(), secondsBetweenLooks * 1000).unref();
  };
  /** One after the other: two at once would send the same event twice. */
  const next = (): Promise<void> => (sending = sending.then(sendWaiting));

  return {
    name,
    start: (_active, onProblem) => {
      tell = onProblem;
      void next();
    },
    handle: async (event) => {
      const composed_at = new Date().toISOString();
      const entry: Entry = {
        schema_version: 1,
        composed_at,
        recipients: recipients.map((address) => ({ address, state: 'waiting', attempts: 0 })),
        id: `${Date.now()}-${String((count += 1)).padStart(8, '0')}-${crypto.randomUUID().slice(0, 8)}`,
        about: `${event.kind} ${event.alert.name}`,
        payload: await compose(event),
      };
      spool.put(kind.fileName(entry), JSON.stringify(entry));
      void next();
    },
    stop: async (seconds) => {
      await sending;
      stopBy = performance.now() + seconds * 1000;
      clearTimeout(timer);
    },
  };
}
