// Mail as a kind of outbox entry: the fields of its file, and its delivery by the transports.
import { NotSetUp, Refused, Unsure } from '../contract/errors.ts';
import { type Mail, notificationSchema, type Receipt, type Transport } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { type ContentOf, listOf, object, optional, string } from '../contract/shape.ts';
import type { Spool } from '../contract/spool.ts';
import { secondsSince } from '../core/age.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import type { JudgementInput } from '../health/files.ts';
import { commonFields, type Fate, type Flush, type Kind, type Outbox } from '../outbox/outbox.ts';
import { webhookOf } from './recipient.ts';
import { type Sender, withSender } from './sender.ts';

const entrySchema = object({
  ...commonFields,
  message_id: string,
  from: string,
  subject: string,
  /** Ids of the alerts in the mail. */
  ids: listOf(string),
  raw: string,
  /** The content as data, if a webhook is among the recipients. */
  news: optional(notificationSchema),
});

export type Entry = ContentOf<typeof entrySchema>;

export const mailKind: Kind<Entry> = {
  name: 'mail',
  shape: entrySchema,
  // Every message id begins with the time, so the names sort by age.
  fileName: ({ message_id }) => `${message_id.replaceAll(/[^\w.-]+/g, '')}.json`,
  // One attempt for all mail recipients; each webhook is tried by itself, so that its failure affects no other.
  groupOf: (address) => webhookOf(address) ?? '',
};

/** As health judges delivery. */
export function countOutbox(
  { waiting, bad }: Outbox<Entry>,
  spool: Spool,
  now: Date,
): NonNullable<JudgementInput['outbox']> {
  const ages = waiting.map(({ entry }) => secondsSince(entry.composed_at, now));
  return { waiting: waiting.length, waiting_seconds: Math.max(0, ...ages), dead: spool.dead().length + bad.length };
}

/** `transportsTo` returns the transports to a recipient, in the order in which they are tried. */
export const carryMail =
  (
    transportsTo: (recipient: string) => readonly Transport[],
    sender: Sender,
    outside: Outside,
  ): Flush<Entry>['carry'] =>
  ({ message_id, raw, news }, due) => {
    const to = due.map(({ address }) => address);
    const transports = inTurn(transportsTo(to[0] ?? ''), due[0]?.attempts ?? 0);
    const { address: from, origin } = sender;
    const mail = { message_id, from, fromIsDefault: origin === 'default', raw: withSender(raw, from), news };
    return carry(transports, mail, to, outside);
  };

/** Tries one transport after the other, until every recipient is accepted. */
async function carry(
  transports: readonly Transport[],
  mail: Mail,
  to: readonly string[],
  outside: Outside,
): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>();
  const left = new Map(to.map((address) => [address, [] as Try[]]));
  for (const transport of transports) {
    if (left.size === 0) break;
    const receipt = await tryTransport(transport, mail, [...left.keys()], outside);
    if ('failure' in receipt) {
      const words = `${transport.name}: ${receipt.failure}`;
      for (const tries of left.values()) tries.push({ words, verdict: receipt.verdict });
      // By another transport the mail might arrive twice. The next try begins with the next transport.
      if (receipt.verdict === 'unsure') break;
      continue;
    }
    for (const address of receipt.accepted) {
      left.delete(address);
      fates.set(address, { state: 'sent', words: firstLine(receipt.words) });
    }
    for (const { address, permanent, words } of receipt.refused)
      left
        .get(address)
        ?.push({ words: `${transport.name}: ${firstLine(words)}`, verdict: permanent ? 'final' : 'later' });
  }
  for (const [address, tries] of left) fates.set(address, fateOf(address, tries));
  return fates;
}

/** The result of one transport for one recipient. `absent`: the transport is not set up on this machine. */
interface Try {
  readonly words: string;
  readonly verdict: 'final' | 'later' | 'unsure' | 'absent';
}

/** Dead if every transport that works here refuses the recipient or the mail for good. */
function fateOf(address: string, tries: readonly Try[]): Fate {
  const present = tries.filter(({ verdict }) => verdict !== 'absent');
  const isFinal = present.length > 0 && present.every(({ verdict }) => verdict === 'final');
  const said = isFinal ? present : tries;
  const words = said.length === 0 ? `no transport leads to ${address}` : said.map((one) => one.words).join('; ');
  return { state: isFinal ? 'dead' : 'waiting', words };
}

/** Each try begins with the next transport in the list. */
function inTurn(transports: readonly Transport[], attempts: number): readonly Transport[] {
  const first = attempts % Math.max(1, transports.length);
  return [...transports.slice(first), ...transports.slice(0, first)];
}

type Tried = Receipt | { readonly failure: string; readonly verdict: Try['verdict'] };

async function tryTransport(transport: Transport, mail: Mail, to: readonly string[], outside: Outside): Promise<Tried> {
  try {
    return await transport.send(mail, to, outside);
  } catch (error) {
    return { failure: reasonOf(error), verdict: verdictOf(error) };
  }
}

/** A wrong configuration is no refusal of the mail: once corrected, the mail can be sent. */
function verdictOf(error: unknown): Try['verdict'] {
  if (error instanceof Refused) return 'final';
  if (error instanceof NotSetUp) return 'absent';
  return error instanceof Unsure ? 'unsure' : 'later';
}
