// The network, for a stage that speaks to others of its own accord: watchers outside, chats, an alert manager. Never to
// what it watches: that is a Host's matter.

export interface Net {
  /** One request. Never thrown for what the other side did, and no word of the answer holds the address or a token. */
  request(ask: Ask): Promise<Reply>;
  /** What `$NAME` in the configuration stands for: the environment, a file named by NAME_FILE, or a credential NAME. */
  secret(reference: string): Secret;
}

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it. */
  readonly seconds: number;
}

export interface Reply {
  /** Undefined where there was no answer; then `error` says why. */
  readonly status?: number;
  readonly error?: string;
  /** The beginning of it. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export type Secret = { readonly value: string } | { readonly missing: string };
