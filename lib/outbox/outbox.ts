// A persistent outbox: a folder with one file per entry. An entry is on disk before anything reports it, and is removed when
// every recipient has accepted it; an undeliverable entry becomes a dead letter. Delivery is at least once: after a kill
// between a server's reply and our record of it, the same entry is sent again.
// Each kind of entry (mail) has a folder of its own, because a folder has one writer.
import * as z from 'zod/mini';
import { type Shape, shapeProblem } from '../contract/shape.ts';
import type { Spool } from '../contract/spool.ts';
import { reasonOf } from '../core/text.ts';
import { backOffSeconds, hasExpired, longestBackOffSeconds, mustWait } from './retry.ts';

const recipientSchema = z.looseObject({
  address: z.string(),
  state: z.enum(['waiting', 'sent', 'dead']),
  attempts: z.number(),
  next_at: z.optional(z.string()),
  sent_at: z.optional(z.string()),
  words: z.optional(z.string()),
});

type Recipient = z.output<typeof recipientSchema>;

export const commonFields = {
  schema_version: z.number(),
  composed_at: z.string(),
  recipients: z.array(recipientSchema),
};

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

export interface Outbox<Entry> {
  readonly waiting: readonly { readonly name: string; readonly entry: Entry }[];
  readonly problems: readonly string[];
}

/** All waiting entries; a file that is not an entry of this kind becomes a problem and stays. */
export function readOutbox<Entry extends Common>(spool: Spool, kind: Kind<Entry>): Outbox<Entry> {
  const problems: string[] = [];
  const waiting = spool.names().flatMap((name) => {
    const read = readEntry(spool, kind, name);
    if ('entry' in read) return { name, entry: read.entry };
    problems.push(read.problem);
    return [];
  });
  return { waiting, problems };
}

function readEntry<Entry extends Common>(
  spool: Spool,
  kind: Kind<Entry>,
  name: string,
): { readonly entry: Entry } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(spool.read(name) ?? 'null');
    const parsed = kind.shape.safeParse(value);
    if (parsed.success) return { entry: parsed.data };
    return { problem: `${name} in the outbox is not a ${kind.name}: ${shapeProblem(parsed.error, value)}` };
  } catch (error) {
    return { problem: `${name} in the outbox cannot be read: ${reasonOf(error)}` };
  }
}

/** Keeps an entry that is there already: some recipients may have accepted it. */
export function writeEntry<Entry extends Common>(spool: Spool, kind: Kind<Entry>, entry: Entry): void {
  const name = kind.fileName(entry);
  if (!('entry' in readEntry(spool, kind, name))) spool.put(name, JSON.stringify(entry));
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
  /** Called when recipients have accepted an entry, before its file is removed, so that a kill loses no record. */
  readonly settle: (entry: Entry, at: Date) => Promise<void>;
  readonly now: Date;
  /** Seconds without success after which an entry becomes a dead letter. */
  readonly giveUp: number;
  /** When this returns false, no further attempt is started. */
  readonly isTimeLeft: () => boolean;
}

export interface Flushed<Entry> {
  readonly happened: readonly Happened<Entry>[];
  readonly problems: readonly string[];
}

interface Happened<Entry> {
  readonly kind: 'sent' | 'failed' | 'dead';
  readonly entry: Entry;
  readonly to: readonly string[];
  readonly message: string;
}

/** Tries every due recipient, oldest entry first. */
export async function flush<Entry extends Common>(work: Flush<Entry>): Promise<Flushed<Entry>> {
  const { spool, kind, settle, now } = work;
  const { waiting, problems } = readOutbox(spool, kind);
  const happened: Happened<Entry>[] = [];
  for (const { name, entry } of waiting) {
    const due = entry.recipients.filter(
      ({ state, next_at }) => state === 'waiting' && !mustWait(next_at, longestBackOffSeconds, now),
    );
    let current = entry;
    for (const group of Map.groupBy(due, ({ address }) => kind.groupOf(address)).values()) {
      if (!work.isTimeLeft()) break;
      const fates = await work.carry(current, group);
      current = withFates(current, fates, now);
      happened.push(...whatHappened(current, fates));
      // Record on disk what a server has accepted, before anything else happens.
      spool.put(name, JSON.stringify(current));
    }
    // Also settles an entry whose run was killed between the record above and its settle.
    const taken = current.recipients.flatMap(({ sent_at }) => sent_at ?? []).sort();
    if (taken.length > 0) await settle(current, new Date(taken.at(-1) ?? 0));
    current = giveUp(current, work, happened);
    if (current.recipients.some(({ state }) => state === 'waiting')) continue;
    if (current.recipients.some(({ state }) => state === 'dead')) spool.bury(name, JSON.stringify(current));
    else spool.remove(name);
  }
  return { happened, problems };
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

const whatHappened = <Entry>(entry: Entry, fates: ReadonlyMap<string, Fate>): Happened<Entry>[] =>
  (['sent', 'waiting', 'dead'] as const).flatMap((state) => {
    const those = [...fates].filter(([, fate]) => fate.state === state);
    const message = those[0]?.[1].words ?? '';
    return those.length === 0 ? [] : [{ kind: kindOf[state], entry, to: those.map(([address]) => address), message }];
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
