// Requests over HTTP. A stage speaks to others by Net: watchers outside, chats, an alert manager. What it watches it asks
// by a Host, which uses the same client.
import type { Answer } from './host.ts';

export interface Net {
  /** Sends one request. Never throws for what the server does; the reply's text contains neither the URL nor a token. */
  request(ask: Ask): Promise<Reply>;
  /** Resolves `$NAME` from the configuration: the environment, a file named by NAME_FILE, or a systemd credential NAME. */
  secret(reference: string): Secret;
}

export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Deadline for the whole request. */
  readonly seconds: number;
}

export interface Reply {
  /** Undefined where there was no reply; then `error` says why. */
  readonly status?: number;
  readonly error?: string;
  /** The beginning of the body. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface HttpRequest extends Ask {
  /** Gives up at its abort, too. */
  readonly signal?: AbortSignal;
  /** Of the answer's body; without it the status is the whole answer, and nothing of the body is read. */
  readonly mostBodyBytes?: number;
  /** The certificate is reported and not enforced: an expired one must be told as expired, with its date. */
  readonly acceptsAnyCertificate?: true;
}

export interface HttpReply extends Reply, Answer {
  /** `late`: nothing came in time. `ours`: this machine lacks files, ports or memory, which says nothing of the other side. */
  readonly failure?: 'late' | 'ours' | 'theirs';
}

export type Secret = { readonly value: string } | { readonly missing: string };
