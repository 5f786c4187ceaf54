// Mail as a kind of outbox entry: the fields of its file, and its delivery by the transports.
import * as z from 'zod/mini';
import { Refused, Unsure } from '../contract/errors.ts';
import { type Mail, notificationSchema, type Receipt, type Transport } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { commonFields, type Fate, type Flush, type Kind } from '../outbox/outbox.ts';
import { webhookOf } from './recipient.ts';

const entrySchema = z.looseObject({
  ...commonFields,
  message_id: z.string(),
  from: z.string(),
  subject: z.string(),
  /** Ids of the alerts in the mail. */
  ids: z.array(z.string()),
  raw: z.string(),
  /** The content as data, if a webhook is among the recipients. */
  news: z.optional(notificationSchema),
});

export type Entry = z.output<typeof entrySchema>;

export const mailKind: Kind<Entry> = {
  name: 'mail',
  shape: entrySchema,
  // Every message id begins with the time, so the names sort by age.
  fileName: ({ message_id }) => `${message_id.replaceAll(/[^\w.-]+/g, '')}.json`,
  // One attempt for all mail recipients; each webhook is tried by itself, so that its failure affects no other.
  groupOf: (address) => webhookOf(address) ?? '',
};

/** `transportsTo` returns the transports to a recipient, in the order in which they are tried. */
export const carryMail =
  (transportsTo: (recipient: string) => readonly Transport[], outside: Outside): Flush<Entry>['carry'] =>
  ({ message_id, from, raw, news }, due) => {
    const to = due.map(({ address }) => address);
    const transports = inTurn(transportsTo(to[0] ?? ''), due[0]?.attempts ?? 0);
    return carry(transports, { message_id, from, raw, news }, to, outside);
  };

/** Tries one transport after the other, until every recipient is accepted. */
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
      // By another transport the mail might arrive twice. The next try begins with the next transport.
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
  const why = words.length === 0 ? `no transport leads to ${to.join(', ')}` : words.join('; ');
  for (const address of left) fates.set(address, { state: isFinal ? 'dead' : 'waiting', words: why });
  return fates;
}

/** Each try begins with the next transport in the list. */
function inTurn(transports: readonly Transport[], attempts: number): readonly Transport[] {
  const first = attempts % Math.max(1, transports.length);
  return [...transports.slice(first), ...transports.slice(0, first)];
}

type Tried = Receipt | { readonly failure: string; readonly final: boolean; readonly unsure: boolean };

async function tryTransport(transport: Transport, mail: Mail, to: readonly string[], outside: Outside): Promise<Tried> {
  try {
    return await transport.send(mail, to, outside);
  } catch (error) {
    // A wrong configuration is no refusal of the mail: once corrected, the mail can be sent.
    return { failure: reasonOf(error), final: error instanceof Refused, unsure: error instanceof Unsure };
  }
}
