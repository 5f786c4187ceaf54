// Mail as a kind of outbox entry: what stands in its file, and how the transports carry it.
import * as z from 'zod/mini';
import { Refused, Unsure } from '../contract/errors.ts';
import { type Mail, newsSchema, type Receipt, type Transport } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { commonFields, type Fate, type Flush, type Kind } from '../outbox/outbox.ts';
import { webhookOf } from './recipient.ts';

const entrySchema = z.looseObject({
  ...commonFields,
  message_id: z.string(),
  from: z.string(),
  subject: z.string(),
  /** The alerts that it tells of. */
  ids: z.array(z.string()),
  raw: z.string(),
  /** The same in parts, where a webhook is among the recipients. */
  news: z.optional(newsSchema),
});

export type Entry = z.output<typeof entrySchema>;

export const mailKind: Kind<Entry> = {
  name: 'mail',
  shape: entrySchema,
  // Every id of ours begins with the time.
  fileName: ({ message_id }) => `${message_id.replaceAll(/[^\w.-]+/g, '')}.json`,
  // Mail to all of them at once; a webhook's troubles are its own.
  groupOf: (address) => webhookOf(address) ?? '',
};

/** `ways` are the transports to a recipient, in the order in which they are tried. */
export const carryMail =
  (ways: (recipient: string) => readonly Transport[], outside: Outside): Flush<Entry>['carry'] =>
  ({ message_id, from, raw, news }, due) => {
    const to = due.map(({ address }) => address);
    const transports = inTurn(ways(to[0] ?? ''), due[0]?.attempts ?? 0);
    return carry(transports, { message_id, from, raw, news }, to, outside);
  };

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
