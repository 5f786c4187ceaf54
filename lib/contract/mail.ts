// A mail, and a transport, which is one way for it to leave. A mail is composed once, as text and in parts for webhooks; a
// transport only carries it.
import * as z from 'zod/mini';
import { scalar } from './fields.ts';
import type { Outside } from './outside.ts';

export interface Mail {
  readonly message_id: string;
  /** The envelope's sender. */
  readonly from: string;
  /** The whole message, RFC 5322, CRLF, seven bits: headers, blank line, body. Empty where nobody gets it as a mail. */
  readonly raw: string;
  /** The same in parts. */
  readonly news?: News | undefined;
}

/** One alert, as it is told. */
const toldSchema = z.looseObject({
  kind: z.enum(['opening', 'repeat', 'escalation', 'recovery', 'vanished']),
  id: z.string(),
  message: z.string(),
  since: z.string(),
  value: scalar,
  unit: z.string(),
  limit: scalar,
  runbook: z.string(),
});

export const newsSchema = z.looseObject({
  site: z.string(),
  hostname: z.string(),
  subject: z.string(),
  text: z.string(),
  alerts: z.array(toldSchema),
});

export type News = z.output<typeof newsSchema>;
export type Told = z.output<typeof toldSchema>;

/** A name and what is known of it, for the log, the report and `send-alerts --check`. */
export interface Transport {
  readonly name: string;
  readonly summary: string;
  /** Whether it would be tried here, without sending anything: what it would use, or what is missing. */
  ready(outside: Outside): Promise<Ready>;
  /**
   * To all of these at once. Throws only what is true of all of them: Refused where retrying cannot help and another
   * transport may, Unconfigured where it is set up wrongly, Unsure where it may have arrived all the same, anything else
   * where a later try may do.
   */
  send(mail: Mail, to: readonly string[], outside: Outside): Promise<Receipt>;
}

type Ready = { readonly usable: true; readonly uses: string } | { readonly usable: false; readonly missing: string };

/** Per recipient, each in one of the two lists: a server may take a mail for one and not for the other. */
export interface Receipt {
  readonly accepted: readonly string[];
  readonly refused: readonly Refusal[];
  /** What the transport said, in its own words, without anything secret. */
  readonly words: string;
}

export interface Refusal {
  readonly address: string;
  readonly permanent: boolean;
  readonly words: string;
}

export const defineTransport = (transport: Transport): Transport => transport;
