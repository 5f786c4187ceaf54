// Mails that wait. A mail is written once, lies on the disk before anything says so, and goes when every recipient has it,
// or nothing can bring it there. At least once: whoever is killed after a server took it sends the same mail again.
import * as z from 'zod/mini';
import { scalar } from '../contract/fields.ts';
import { shapeProblem } from '../contract/shape.ts';
import type { Spool } from '../contract/spool.ts';
import type { Mail, Receipt, Transport } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { Refused, Unsure } from '../contract/errors.ts';
import { secondsSince } from '../core/age.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { webhookOf } from './recipient.ts';

const recipientSchema = z.looseObject({
  address: z.string(),
  state: z.enum(['waiting', 'sent', 'dead']),
  attempts: z.number(),
  next_at: z.optional(z.string()),
  sent_at: z.optional(z.string()),
  words: z.optional(z.string()),
});

const newsSchema = z.looseObject({
  site: z.string(),
  hostname: z.string(),
  subject: z.string(),
  text: z.string(),
  alerts: z.array(
    z.looseObject({
      kind: z.enum(['opening', 'repeat', 'escalation', 'recovery', 'vanished']),
      id: z.string(),
      message: z.string(),
      since: z.string(),
      value: scalar,
      unit: z.string(),
      limit: scalar,
      runbook: z.string(),
    }),
  ),
});

const entrySchema = z.looseObject({
  schema_version: z.number(),
  message_id: z.string(),
  from: z.string(),
  subject: z.string(),
  composed_at: z.string(),
  /** The alerts that it tells of. */
  ids: z.array(z.string()),
  recipients: z.array(recipientSchema),
  raw: z.string(),
  /** The same in parts, where a webhook is among the recipients. */
  news: z.optional(newsSchema),
});

export type Entry = z.output<typeof entrySchema>;
type Recipient = z.output<typeof recipientSchema>;

/** The same for the same mail, and in the order of time, with which every id of ours begins. */
const nameOf = ({ message_id }: Pick<Entry, 'message_id'>): string => `${message_id.replaceAll(/[^\w.-]+/g, '')}.json`;

interface Waiting {
  readonly name: string;
  readonly entry: Entry;
}

export interface Outbox {
  readonly waiting: readonly Waiting[];
  /** One for each that cannot be read. */
  readonly problems: readonly string[];
}

/** All that waits; what is no mail of ours is told and left. */
export function readOutbox(spool: Spool): Outbox {
  const problems: string[] = [];
  const waiting = spool.names().flatMap((name): Waiting[] => {
    const read = readEntry(spool, name);
    if ('entry' in read) return [{ name, entry: read.entry }];
    problems.push(read.problem);
    return [];
  });
  return { waiting, problems };
}

function readEntry(spool: Spool, name: string): { readonly entry: Entry } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(spool.read(name) ?? 'null');
    const parsed = entrySchema.safeParse(value);
    if (parsed.success) return { entry: parsed.data };
    return { problem: `${name} in the outbox is no mail: ${shapeProblem(parsed.error, value)}` };
  } catch (error) {
    return { problem: `${name} in the outbox cannot be read: ${reasonOf(error)}` };
  }
}

/** One that lies there already may have reached some: it stays as it is. */
export function writeEntry(spool: Spool, entry: Entry): void {
  const name = nameOf(entry);
  if (!('entry' in readEntry(spool, name))) spool.put(name, JSON.stringify(entry));
}

export interface Flushed {
  readonly happened: readonly Happened[];
  readonly problems: readonly string[];
}

interface Happened {
  readonly kind: 'sent' | 'failed' | 'dead';
  readonly entry: Entry;
  readonly to: readonly string[];
  readonly message: string;
}

export interface Flush {
  readonly spool: Spool;
  /** In the order in which they are tried. */
  readonly ways: (recipient: string) => readonly Transport[];
  readonly outside: Outside;
  readonly now: Date;
  /** After so many seconds without success a mail is set aside. */
  readonly giveUp: number;
  /** Milliseconds of the run after which none is begun. */
  readonly isTimeLeft: () => boolean;
}

/** Which alerts a mail told of, and when it was last taken. */
export type Settle = (ids: readonly string[], at: Date) => Promise<void>;

/** Tries what is due, oldest first. `settle` is told before a mail goes, so that nothing is forgotten by a kill. */
export async function flush(work: Flush, settle: Settle): Promise<Flushed> {
  const { spool, now } = work;
  const { waiting, problems } = readOutbox(spool);
  const happened: Happened[] = [];
  for (const { name, entry } of waiting) {
    const due = entry.recipients.filter((one) => one.state === 'waiting' && isDue(one, now));
    let current = entry;
    // Mail to all of them at once; a webhook's troubles are its own.
    for (const group of Map.groupBy(due, ({ address }) => webhookOf(address) ?? '').values()) {
      if (!work.isTimeLeft()) break;
      const tried = await deliver(work, current, group);
      current = tried.entry;
      happened.push(...tried.happened);
      // What a server has taken is on the disk before anything else happens.
      spool.put(name, JSON.stringify(current));
    }
    // Also where the run before was killed between the two.
    const taken = current.recipients.flatMap(({ sent_at }) => sent_at ?? []).sort();
    if (taken.length > 0) await settle(current.ids, new Date(taken.at(-1) ?? 0));
    current = giveUp(current, work, happened);
    if (current.recipients.some(({ state }) => state === 'waiting')) continue;
    if (current.recipients.some(({ state }) => state === 'dead')) spool.bury(name, JSON.stringify(current));
    else spool.remove(name);
  }
  return { happened, problems };
}

/** 30 s, doubled each time, at most 15 minutes. */
const longestBackOffSeconds = 900;
const backOffSeconds = (attempts: number): number => Math.min(longestBackOffSeconds, 30 * 2 ** Math.min(attempts, 10));

/** What is due later than it ever could be was written before the clock was set back. */
function isDue({ next_at }: Recipient, now: Date): boolean {
  if (next_at === undefined) return true;
  const seconds = secondsSince(now, next_at);
  return !(seconds > 0 && seconds <= longestBackOffSeconds);
}

async function deliver(
  { ways, outside, now }: Flush,
  entry: Entry,
  due: readonly Recipient[],
): Promise<{ entry: Entry; happened: Happened[] }> {
  const { message_id, from, raw, news } = entry;
  const to = due.map(({ address }) => address);
  const transports = inTurn(ways(to[0] ?? ''), due[0]?.attempts ?? 0);
  const outcome = await carry(transports, { message_id, from, raw, news }, to, outside);
  const recipients = entry.recipients.map((one): Recipient => {
    const found = outcome.get(one.address);
    if (!found) return one;
    const attempts = one.attempts + 1;
    const next = new Date(now.getTime() + backOffSeconds(one.attempts) * 1000).toISOString();
    const sent_at = now.toISOString();
    const more = { sent: { sent_at }, waiting: { next_at: next }, dead: {} }[found.state];
    return { ...one, ...found, ...more, attempts };
  });
  const tried = { ...entry, recipients };
  const told = { sent: 'sent', waiting: 'failed', dead: 'dead' } as const;
  const happened = (['sent', 'waiting', 'dead'] as const).flatMap((state): Happened[] => {
    const those = [...outcome].flatMap(([address, found]) => (found.state === state ? [address] : []));
    const message = [...outcome.values()].find((found) => found.state === state)?.words ?? '';
    return those.length === 0 ? [] : [{ kind: told[state], entry: tried, to: those, message }];
  });
  return { entry: tried, happened };
}

interface Fate {
  readonly state: Recipient['state'];
  readonly words: string;
}

/** One transport after the other, until everybody has it. */
async function carry(
  transports: readonly Transport[],
  mail: Mail,
  to: readonly string[],
  outside: Outside,
): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>();
  const left = new Set(to);
  const words: string[] = [];
  let everyRefusalIsFinal = true;
  for (const transport of transports) {
    if (left.size === 0) break;
    const receipt = await tryTransport(transport, mail, [...left], outside);
    if ('failure' in receipt) {
      words.push(`${transport.name}: ${receipt.failure}`);
      everyRefusalIsFinal &&= receipt.final;
      // By another way it might arrive a second time. The next try begins with that one, in case nothing comes of this.
      if (receipt.unsure) break;
      continue;
    }
    for (const address of receipt.accepted) {
      left.delete(address);
      fates.set(address, { state: 'sent', words: firstLine(receipt.words) });
    }
    for (const { address, permanent, words: own } of receipt.refused) {
      words.push(`${transport.name}: ${address}: ${firstLine(own)}`);
      everyRefusalIsFinal &&= permanent;
    }
  }
  const isFinal = everyRefusalIsFinal && transports.length > 0;
  const why = words.length === 0 ? `there is no way to ${to.join(', ')}` : words.join('; ');
  for (const address of left) fates.set(address, { state: isFinal ? 'dead' : 'waiting', words: why });
  return fates;
}

/** Each try begins with another. */
function inTurn(transports: readonly Transport[], attempts: number): readonly Transport[] {
  const first = attempts % Math.max(1, transports.length);
  return [...transports.slice(first), ...transports.slice(0, first)];
}

type Tried = Receipt | { readonly failure: string; readonly final: boolean; readonly unsure: boolean };

async function tryTransport(transport: Transport, mail: Mail, to: readonly string[], outside: Outside): Promise<Tried> {
  try {
    return await transport.send(mail, to, outside);
  } catch (error) {
    // Set up wrongly is no verdict on the mail: somebody mends it, and it goes.
    return { failure: reasonOf(error), final: error instanceof Refused, unsure: error instanceof Unsure };
  }
}

function giveUp(entry: Entry, { now, giveUp: seconds }: Flush, happened: Happened[]): Entry {
  if (secondsSince(entry.composed_at, now) < seconds) return entry;
  const late = entry.recipients.filter(({ state }) => state === 'waiting');
  if (late.length === 0) return entry;
  const recipients = entry.recipients.map((one): Recipient =>
    one.state === 'waiting' ? { ...one, state: 'dead' } : one,
  );
  const given = { ...entry, recipients };
  const message = `given up: ${late[0]?.words ?? 'never tried'}`;
  happened.push({ kind: 'dead', entry: given, to: late.map(({ address }) => address), message });
  return given;
}
