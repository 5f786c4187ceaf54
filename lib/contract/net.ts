// HTTP requests. Stages use Net for other services: outside watchdogs, webhooks, Alertmanager. Probes request the URLs that
// they watch through a Host, which uses the same client.
import type { UrlReply } from './host.ts';

export interface Net {
  /** Sends one request. Errors of the server do not throw; no text of the reply contains the URL or a token. */
  request(ask: NetRequest): Promise<Reply>;
  /** Resolves a reference `$NAME`: from the environment, from the file named by NAME_FILE, or a systemd credential NAME. */
  secret(reference: string): Secret;
}

export interface NetRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Deadline for the whole request. */
  readonly seconds: number;
}

export interface Reply {
  /** Undefined where there was no reply; then `error` contains the reason. */
  readonly status?: number;
  readonly error?: string;
  /** Code of the error, such as ECONNREFUSED. */
  readonly code?: string;
  /** The beginning of the body. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface HttpRequest extends NetRequest {
  /** Ends the request early when it is aborted. */
  readonly signal?: AbortSignal;
  /** Limit for the reply's body; without a limit the body is not read at all. */
  readonly mostBodyBytes?: number;
  /** A bad certificate is reported but does not end the request: the report must show an expired one with its date. */
  readonly acceptsAnyCertificate?: true;
  /** Connects to this address, not to that of the URL's name. */
  readonly address?: string | undefined;
}

export interface HttpReply extends Reply, Omit<UrlReply, 'body'> {
  /** `late`: timeout. `ours`: this machine lacks files, ports or memory, so the state of the server is not known. */
  readonly failure?: 'late' | 'ours' | 'theirs';
  /** Why the body is not whole: too long, too late or cut off. */
  readonly incomplete?: string;
}

export type Secret = { readonly value: string } | { readonly missing: string };
