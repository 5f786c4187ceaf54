// What mail transports are given of the world: other programs, mail servers, requests over HTTP, the environment.
import type { Net } from './net.ts';

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
  smtp(settings: SmtpSettings, mail: SmtpMessage, to: readonly string[]): Promise<SmtpAnswer>;
}

export interface RunOptions {
  readonly input?: string;
  /** Beside the variables that every mail program is given. */
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

export interface SmtpMessage {
  /** The envelope's sender. */
  readonly from: string;
  readonly raw: string;
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
