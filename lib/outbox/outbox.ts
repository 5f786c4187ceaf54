// What must arrive waits in a folder, a file for each entry. An entry is written once, lies on the disk before anything says
// so, and goes when every recipient has it, or nothing can bring it there: then it goes to the dead letters. At least once:
// after a kill between a server's answer and our note of it, the same entry is sent again.
// A kind of entry (a mail) has a folder of its own, because a folder has one writer.
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

/** What every entry has, whatever its kind. */
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
  /** The same for the same entry, and in the order of time. */
  readonly fileName: (entry: Entry) => string;
  /** Recipients of one group are tried at once; the troubles of one group do not touch another. */
  readonly groupOf: (address: string) => string;
}

interface Waiting<Entry> {
  readonly name: string;
  readonly entry: Entry;
}

export interface Outbox<Entry> {
  readonly waiting: readonly Waiting<Entry>[];
  /** One for each that cannot be read. */
  readonly problems: readonly string[];
}

/** All that waits; what is no entry of this kind is told and left. */
export function readOutbox<Entry extends Common>(spool: Spool, kind: Kind<Entry>): Outbox<Entry> {
  const problems: string[] = [];
  const waiting = spool.names().flatMap((name): Waiting<Entry>[] => {
    const read = readEntry(spool, kind, name);
    if ('entry' in read) return [{ name, entry: read.entry }];
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
    return { problem: `${name} in the outbox is no ${kind.name}: ${shapeProblem(parsed.error, value)}` };
  } catch (error) {
    return { problem: `${name} in the outbox cannot be read: ${reasonOf(error)}` };
  }
}

/** One that lies there already may have reached some: it stays as it is. */
export function writeEntry<Entry extends Common>(spool: Spool, kind: Kind<Entry>, entry: Entry): void {
  const name = kind.fileName(entry);
  if (!('entry' in readEntry(spool, kind, name))) spool.put(name, JSON.stringify(entry));
}

/** What became of one attempt for one recipient: `waiting` is tried again, `dead` is not. */
export interface Fate {
  readonly state: Recipient['state'];
  readonly words: string;
}

export interface Flush<Entry extends Common> {
  readonly spool: Spool;
  readonly kind: Kind<Entry>;
  /** One attempt for these recipients: what became of it, by address. */
  readonly carry: (entry: Entry, to: readonly Recipient[]) => Promise<ReadonlyMap<string, Fate>>;
  /** Called with what recipients have taken, before the entry goes from the disk: nothing is forgotten by a kill. */
  readonly settle: (entry: Entry, at: Date) => Promise<void>;
  readonly now: Date;
  /** After so many seconds without success an entry goes to the dead letters. */
  readonly giveUp: number;
  /** Without time left no attempt is begun. */
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

/** Tries what is due, oldest first. */
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
      // What a server has taken is on the disk before anything else happens.
      spool.put(name, JSON.stringify(current));
    }
    // Also where the run before was killed between the two.
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
