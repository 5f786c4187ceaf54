// A conversation with a program of this machine that speaks a protocol of its own (RESP, a control port), and questions to a
// name server.

export interface Conversation {
  /** A TCP port, or the path of a Unix socket. */
  readonly with: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Sent as soon as the connection is there. With a secret, or a cookie, it is a function of its value, or of its proof. */
  readonly send: string | ((secret: string) => string);
  /** The cookie of a control port of tor, which is proved to be known and is never sent: `send` gets the proof. The reply begins
   * with that to the challenge. */
  readonly cookie?: Uint8Array | undefined;
  /** Reference to a secret, such as `$OLRIC_PASSWORD`. No reply contains its value. */
  readonly secret?: string | undefined;
  /** Whether the reply is whole. Asked after each piece; what it throws ends the conversation. */
  readonly isWhole: (reply: string) => boolean;
  /** A longer reply ends the conversation. */
  readonly mostBytes: number;
  /** Deadline for the whole conversation. */
  readonly seconds: number;
}

/** Returns the reply, a character for each byte. Throws NoAnswer where there is none, or none that is whole. */
export type Converse = (conversation: Conversation) => Promise<string>;

interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'NS' | 'SOA';
  /** Address of the name server, with its port where that is not 53; default: those of this machine. */
  readonly server?: string | undefined;
  readonly seconds: number;
}

/** Returns the answers, of a SOA record the name of its server; empty where the name has none. Throws where nobody answers. */
export type Resolve = (question: Question) => Promise<readonly string[]>;
