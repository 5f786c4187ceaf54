// One way for news to leave. It is composed once, as a mail and in parts for those that want no mail; a transport only
// carries it.
import type { Net } from './net.ts';

export interface Mail {
  readonly message_id: string;
  /** The envelope's sender. */
  readonly from: string;
  /** The whole message, RFC 5322, CRLF, seven bits: headers, blank line, body. Empty where nobody gets it as a mail. */
  readonly raw: string;
  /** The same in parts. */
  readonly news?: News | undefined;
}

export interface News {
  readonly site: string;
  readonly hostname: string;
  readonly subject: string;
  readonly text: string;
  readonly alerts: readonly Told[];
}

/** One alert, as it is told. */
export interface Told {
  readonly kind: 'opening' | 'repeat' | 'escalation' | 'recovery' | 'vanished';
  readonly id: string;
  readonly message: string;
  readonly since: string;
  readonly value: number | string | boolean | null;
  readonly unit: string;
  readonly limit: number | string | boolean | null;
  readonly runbook: string;
}

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

/** The world outside, as far as a transport needs it. */
export interface Outside extends Net {
  /** `OPS_ALERT_…`, and HOME even where only the list of users knows it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A program with that input; ended, with all it started, when its time is over. However it ends is a result. */
  run(argv: readonly string[], options: RunOptions): Promise<Ran>;
  /** Where a program of that name lies, also in the folders for administrators. */
  find(program: string): string | undefined;
  /** Where a link leads in the end; undefined where nothing is. */
  realpath(path: string): string | undefined;
  /** By us, now: what is there and not ours to read counts as not there. */
  readable(path: string): boolean;
  /** Throws where it cannot be read. */
  readText(path: string): string;
  /** One conversation with a server. What went wrong is a result too: who knows the settings says what it means. */
  smtp(settings: SmtpSettings, mail: Mail, to: readonly string[]): Promise<SmtpAnswer>;
}

export interface RunOptions {
  readonly input?: string;
  /** Beside our own environment, which goes without what is secret in it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface Ran {
  /** Undefined where it was ended, at its time or by a signal, or could not be started. */
  readonly exit_code: number | undefined;
  /** Where there is no exit code: why. */
  readonly ended?: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** From the first byte; by STARTTLS, or nothing is sent; by STARTTLS where it is offered, by whomever; never. */
  readonly tls: 'tls' | 'starttls' | 'offered' | 'none';
  readonly user?: string;
  readonly password?: string;
  /** For each answer, and twice that for all of it. */
  readonly seconds: number;
}

export interface SmtpAnswer {
  readonly accepted: readonly string[];
  readonly refused: readonly { readonly address: string; readonly reply: number | undefined; readonly words: string }[];
  /** Where nobody was asked for, or nobody got anything: what the client calls it, and the server's number if it gave one. */
  readonly failure?: { readonly code: string; readonly reply: number | undefined };
  readonly words: string;
}

/** Set up wrongly: no later try of the same helps, somebody has to mend it. */
export class Unconfigured extends Error {
  override readonly name = 'Unconfigured';
}

export const defineTransport = (transport: Transport): Transport => transport;
