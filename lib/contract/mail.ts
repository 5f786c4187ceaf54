// A mail, and the transports that can send it. A mail is composed once, as text and as structured data for webhooks; a
// transport does not change its content.
import type { Outside, SmtpMessage } from './outside.ts';
import { type ContentOf, listOf, object, oneOf, scalar, string } from './shape.ts';

export interface Mail extends SmtpMessage {
  /** Nobody has set a sender: `from` is made up, and a mail program with a sender of its own uses that one. */
  readonly fromIsDefault?: boolean;
  readonly message_id: string;
  /** The same content as structured data. */
  readonly news?: Notification | undefined;
}

export const notifiedKinds = ['opening', 'repeat', 'escalation', 'recovery', 'vanished'] as const;

/** One alert as a notification contains it. */
const notifiedAlertSchema = object({
  kind: oneOf(notifiedKinds),
  id: string,
  message: string,
  since: string,
  value: scalar,
  unit: string,
  limit: scalar,
  runbook: string,
});

export const notificationSchema = object({
  site: string,
  hostname: string,
  subject: string,
  text: string,
  alerts: listOf(notifiedAlertSchema),
});

export type Notification = ContentOf<typeof notificationSchema>;
export type NotifiedAlert = ContentOf<typeof notifiedAlertSchema>;

export interface Transport {
  readonly name: string;
  readonly summary: string;
  /** Whether this machine can use the transport; sends nothing. `uses` and `missing` are shown by `send-alerts --check`. */
  ready(outside: Outside): Promise<Ready>;
  /** Contacts the server as far as is possible without sending a mail; throws where a mail would not get that far. Absent
   * where the transport hands mails to a program of this machine. */
  reach?(outside: Outside): Promise<void>;
  /** Sends one mail to all recipients at once. Throws only errors that hold for every recipient: Refused where a retry
   * cannot help but another transport may, Unconfigured where the setup is wrong, Unsure where the mail may have
   * arrived all the same, and any other error where a retry may help. */
  send(mail: Mail, to: readonly string[], outside: Outside): Promise<Receipt>;
}

/** `sender`: the one that the transport is configured with. */
type Ready =
  | { readonly usable: true; readonly uses: string; readonly sender?: string | undefined }
  | { readonly usable: false; readonly missing: string };

/** Each recipient is in exactly one of the lists: a server may accept a mail for one recipient and refuse another. */
export interface Receipt {
  readonly accepted: readonly string[];
  readonly refused: readonly Refusal[];
  /** The reply of the transport, unchanged but without secrets. */
  readonly words: string;
}

export interface Refusal {
  readonly address: string;
  readonly permanent: boolean;
  readonly words: string;
}

export const defineTransport = (transport: Transport): Transport => transport;
