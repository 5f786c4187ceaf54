// A persistent outbox: a folder with one file per entry. An entry is on disk before anything reports it, and is removed when
// every recipient has accepted it; an undeliverable entry becomes a dead letter. Delivery is at least once: after a kill
// between a server's reply and our record of it, the same entry is sent again. The owner's state holds the digest of every entry
// that waits: an entry that was changed, torn or put there by somebody else is not sent.
// Each kind of entry (mail) has a folder of its own, because a folder has one writer.
import {
  type ContentOf,
  listOf,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  shapeProblem,
  string,
} from '../contract/shape.ts';
import type { Spool } from '../contract/spool.ts';
import { fingerprint, reasonOf } from '../core/text.ts';
import { secondStamp } from '../core/time.ts';
import { backOffSeconds, hasExpired, longestBackOffSeconds, mustWait } from './retry.ts';

const recipientSchema = object({
  address: string,
  state: oneOf(['waiting', 'sent', 'dead']),
  attempts: number,
  next_at: optional(string),
  sent_at: optional(string),
  words: optional(string),
});

type Recipient = ContentOf<typeof recipientSchema>;

export const commonFields = { schema_version: number, composed_at: string, recipients: listOf(recipientSchema) };

interface Common {
  composed_at: string;
  recipients: Recipient[];
}

export interface Kind<Entry extends Common> {
  /** For messages: `mail`. */
  readonly name: string;
  readonly shape: Shape<Entry>;
  /** The same name for the same entry; names sort by time. */
  readonly fileName: (entry: Entry) => string;
  /** Recipients of one group are tried in one attempt; a failure of one group does not affect another. */
  readonly groupOf: (address: string) => string;
}

/** File name → digest of the entry, as the owner's state keeps it. Undefined if the state is lost or of an older version:
 * then every valid entry is believed. */
export type Digests = Readonly<Record<string, string>> | undefined;

export interface Outbox<Entry> {
  readonly waiting: readonly { readonly name: string; readonly entry: Entry }[];
  /** Files that must not be sent. */
  readonly bad: readonly BadEntry[];
}

interface BadEntry {
  readonly name: string;
  readonly reason: string;
  readonly text: string | undefined;
}

/** Changes with everything in an entry but the progress of its delivery. */
export const digestOf = (entry: Common): string =>
  fingerprint(JSON.stringify({ ...entry, recipients: entry.recipients.map(({ address }) => address) }, inOrder));

/** Reading an entry changes the order of its keys. */
const inOrder = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

export function readOutbox<Entry extends Common>(spool: Spool, kind: Kind<Entry>, digests: Digests): Outbox<Entry> {
  const bad: BadEntry[] = [];
  const waiting = spool.names().flatMap((name) => {
    const read = readEntry(spool, kind, name, digests);
    if ('entry' in read) return { name, entry: read.entry };
    bad.push({ name, ...read });
    return [];
  });
  return { waiting, bad };
}

function readEntry<Entry extends Common>(
  spool: Spool,
  kind: Kind<Entry>,
  name: string,
  digests: Digests,
): { readonly entry: Entry } | Omit<BadEntry, 'name'> {
  let text: string | undefined;
  try {
    text = spool.read(name);
    const value: unknown = JSON.parse(text ?? 'null');
    const issue = kind.shape.wrongIn(value);
    if (issue) return { reason: `it is not a ${kind.name}: ${shapeProblem(issue, value)}`, text };
    const entry = value as Entry;
    const reason = disbelief(name, entry, digests);
    return reason === undefined ? { entry } : { reason, text };
  } catch (error) {
    return { reason: `it cannot be read: ${reasonOf(error)}`, text };
  }
}

function disbelief(name: string, entry: Common, digests: Digests): string | undefined {
  if (digests === undefined) return undefined;
  // The state forgets an entry that is finished, before its file is removed.
  if (!Object.hasOwn(digests, name))
    return isFinished(entry) ? undefined : 'the state does not know it: somebody else put it there';
  return digests[name] === digestOf(entry) ? undefined : 'it was changed after it was written';
}

const isFinished = ({ recipients }: Common): boolean => recipients.every(({ state }) => state !== 'waiting');

/** Moves a file that must not be sent to dead/, under a name of its own and with the reason. */
export function setAside(spool: Spool, { name, reason, text }: BadEntry, now: Date): void {
  const letter = { schema_version: 1, found_at: now.toISOString(), reason, text: text ?? null };
  spool.bury(name, JSON.stringify(letter), `${name.replace(/\.json$/, '')}.damaged-${secondStamp(now)}.json`);
}

/** The result of one attempt for one recipient: `waiting` is retried, `dead` is not. */
export interface Fate {
  readonly state: Recipient['state'];
  readonly words: string;
}

export interface Flush<Entry extends Common> {
  readonly spool: Spool;
  readonly kind: Kind<Entry>;
  /** Makes one attempt for these recipients; returns the result by address. */
  readonly carry: (entry: Entry, to: readonly Recipient[]) => Promise<ReadonlyMap<string, Fate>>;
  readonly digests: Digests;
  /** Called when recipients have accepted an entry (`taken`: when the first one did), and when it is finished: no recipient
   * waits any more. Its file is removed afterwards, so that a kill loses no record. */
  readonly settle: (name: string, entry: Entry, taken: Date | undefined, isFinished: boolean) => Promise<void>;
  readonly now: Date;
  /** Seconds without success after which an entry becomes a dead letter. */
  readonly giveUp: number;
  /** When this returns false, no further attempt is started. */
  readonly isTimeLeft: () => boolean;
}

export interface Happened<Entry> {
  readonly kind: 'sent' | 'failed' | 'dead';
  readonly entry: Entry;
  readonly to: readonly string[];
  readonly message: string;
}

/** Tries every due recipient, oldest entry first. Files that are not believed stay: see `setAside`. */
export async function flush<Entry extends Common>(work: Flush<Entry>): Promise<readonly Happened<Entry>[]> {
  const { spool, kind, settle, now } = work;
  const { waiting } = readOutbox(spool, kind, work.digests);
  const happened: Happened<Entry>[] = [];
  for (const { name, entry } of waiting) {
    const due = entry.recipients.filter(
      ({ state, next_at }) => state === 'waiting' && !mustWait(next_at, longestBackOffSeconds, now),
    );
    const sound = notFromTheFuture(entry, now);
    if (sound !== entry) spool.put(name, JSON.stringify(sound));
    // Record on disk what a server has accepted, before anything else happens.
    const tried = await attempt(sound, due, work, (current) => spool.put(name, JSON.stringify(current)));
    happened.push(...tried.happened);
    const current = giveUp(tried.entry, work, happened);
    // Also settles an entry whose run was killed between the record above and its settle.
    const taken = current.recipients.flatMap(({ sent_at }) => sent_at ?? []).sort();
    const isDone = isFinished(current);
    if (taken.length > 0 || isDone)
      await settle(name, current, taken.length > 0 ? new Date(taken[0] ?? 0) : undefined, isDone);
    if (!isDone) continue;
    if (current.recipients.some(({ state }) => state === 'dead')) spool.bury(name, JSON.stringify(current));
    else spool.remove(name);
  }
  return happened;
}

/** Makes one attempt for each group of these recipients. `record` gets the entry after each. */
export async function attempt<Entry extends Common>(
  entry: Entry,
  to: readonly Recipient[],
  { kind, carry, now, isTimeLeft }: Pick<Flush<Entry>, 'kind' | 'carry' | 'now' | 'isTimeLeft'>,
  record: (entry: Entry) => void = () => undefined,
) {
  const happened: Happened<Entry>[] = [];
  let current = entry;
  for (const group of Map.groupBy(to, ({ address }) => kind.groupOf(address)).values()) {
    if (!isTimeLeft()) break;
    const fates = await carry(current, group);
    current = withFates(current, fates, now);
    happened.push(...whatHappened(current, fates));
    record(current);
  }
  return { entry: current, happened };
}

/** After the clock was set back: a later time would be settled again, and would delay what follows on it. */
function notFromTheFuture<Entry extends Common>(entry: Entry, now: Date): Entry {
  const at = now.toISOString();
  const isLate = ({ sent_at }: Recipient): boolean => sent_at !== undefined && sent_at > at;
  if (!entry.recipients.some(isLate)) return entry;
  return { ...entry, recipients: entry.recipients.map((one) => (isLate(one) ? { ...one, sent_at: at } : one)) };
}

function withFates<Entry extends Common>(entry: Entry, fates: ReadonlyMap<string, Fate>, now: Date): Entry {
  const recipients = entry.recipients.map((one): Recipient => {
    const fate = fates.get(one.address);
    if (!fate) return one;
    const next_at = new Date(now.getTime() + backOffSeconds(one.attempts) * 1000).toISOString();
    const more = { sent: { sent_at: now.toISOString() }, waiting: { next_at }, dead: {} }[fate.state];
    return { ...one, ...fate, ...more, attempts: one.attempts + 1 };
  });
  return { ...entry, recipients };
}

const kindOf = { sent: 'sent', waiting: 'failed', dead: 'dead' } as const;

/** One event for all recipients with the same result and the same words. */
const whatHappened = <Entry>(entry: Entry, fates: ReadonlyMap<string, Fate>): Happened<Entry>[] =>
  [...Map.groupBy(fates, ([, { state, words }]) => `${state} ${words}`).values()].flatMap((those) => {
    const [first] = those;
    if (!first) return [];
    const [, { state, words }] = first;
    return { kind: kindOf[state], entry, to: those.map(([address]) => address), message: words };
  });

function giveUp<Entry extends Common>(
  entry: Entry,
  { now, giveUp: seconds }: Flush<Entry>,
  happened: Happened<Entry>[],
): Entry {
  const late = entry.recipients.filter(({ state }) => state === 'waiting');
  if (late.length === 0 || !hasExpired(entry.composed_at, seconds, now)) return entry;
  const recipients = entry.recipients.map((one): Recipient =>
    one.state === 'waiting' ? { ...one, state: 'dead' } : one,
  );
  const given = { ...entry, recipients };
  const message = `given up: ${late[0]?.words ?? 'never tried'}`;
  happened.push({ kind: 'dead', entry: given, to: late.map(({ address }) => address), message });
  return given;
}
