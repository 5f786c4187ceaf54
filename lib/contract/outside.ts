// The world outside this process for mail transports: programs, mail servers, HTTP requests, the environment.
import type { Completed } from './host.ts';
import type { Net } from './net.ts';

export interface Outside extends Net {
  /** `OPS_ALERT_…`, and HOME, which comes from the user database where the environment lacks it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Runs a program. At the deadline the program and its child processes are killed. A failure is a result. */
  run(argv: readonly string[], options: RunOptions): Promise<RunResult>;
  /** The path of a program, searched in PATH and in the folders for administrators (`/usr/sbin`). */
  find(program: string): string | undefined;
  /** The path without symbolic links; undefined where it does not exist. */
  realpath(path: string): string | undefined;
  /** False also for a file that exists but that this user may not read. */
  readable(path: string): boolean;
  readText(path: string): string;
  /** Sends one mail in one SMTP session. A failure is a result, which the transport interprets by its settings. */
  smtp(settings: SmtpSettings, mail: SmtpMessage, to: readonly string[]): Promise<SmtpAnswer>;
  /** Connects to a mail server and logs in, as far as the settings say, and sends no mail. */
  greet(settings: SmtpSettings): Promise<SmtpAnswer>;
}

export interface RunOptions {
  readonly input?: string;
  /** Added to the variables that every mail program gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface RunResult extends Omit<Completed, 'exit_code'> {
  /** Undefined where the program was killed, at its deadline or by a signal, or could not be started. */
  readonly exit_code: number | undefined;
  /** Why there is no exit code. `wasRunning`: the program had begun, and may have sent the mail. */
  readonly ending?: { readonly words: string; readonly wasRunning: boolean };
}

export interface SmtpMessage {
  /** The envelope's sender. */
  readonly from: string;
  /** The whole message, RFC 5322, CRLF, 7 bit: headers, blank line, body. Empty where it goes only to webhooks. */
  readonly raw: string;
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte. `starttls`: required. `offered`: STARTTLS if offered, with any certificate. `none`: never. */
  readonly tls: 'tls' | 'starttls' | 'offered' | 'none';
  readonly user?: string;
  readonly password?: string;
  /** Timeout of each reply; the whole session may take twice as long. */
  readonly seconds: number;
}

export interface SmtpAnswer {
  readonly accepted: readonly string[];
  readonly refused: readonly { readonly address: string; readonly reply: number | undefined; readonly words: string }[];
  /** Set where no recipient got the mail: the client's error code, the server's reply code where there was one, and the
   * command that the server refused (`MAIL FROM`), if the client names one. */
  readonly failure?: {
    readonly code: string;
    readonly reply: number | undefined;
    readonly command?: string | undefined;
  };
  readonly words: string;
}
