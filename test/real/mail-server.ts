// A real SMTP server on loopback, and a server that accepts connections and never answers.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly secure: boolean;
  readonly user?: string | undefined;
}

export interface Manners {
  /** Refusals of recipients, by the part before the @; all others are accepted. */
  readonly recipients?: Readonly<Record<string, string | undefined>>;
  /** Refusal of every sender, and of every connection. */
  readonly sender?: string;
  readonly door?: string;
  readonly starttls?: boolean;
  /** TLS from the first byte. */
  readonly tls?: boolean;
  /** The only accepted password; without it there is no login. */
  readonly password?: string;
  /** Refusal of every mail. */
  readonly mail?: string;
  /** Called before each answer; with `answered` after the answer to a mail. */
  readonly watch?: (moment: Moment) => void;
  /** In place of a free port. */
  readonly port?: number;
}

export type Moment = 'connected' | 'login' | 'sender' | 'recipient' | 'data' | 'ended' | 'answered';

export interface Relay {
  readonly port: number;
  readonly received: Received[];
  readonly close: () => Promise<void>;
  /** The number of open connections. */
  readonly open: () => number;
}

function refusal(words: string): Error {
  return Object.assign(new Error(words.slice(4)), { responseCode: Number(words.slice(0, 3)) });
}

export async function serveMail(
  t: TestContext,
  {
    recipients = {},
    starttls = false,
    tls = false,
    password,
    mail,
    sender,
    door,
    watch = () => undefined,
    port = 0,
  }: Manners = {},
): Promise<Relay> {
  const received: Received[] = [];
  const server = new SMTPServer({
    secure: tls,
    disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(password === undefined ? ['AUTH'] : [])],
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 500,
    logger: false,
    onAuth: (auth, _session, done) => {
      watch('login');
      if (auth.password === password) done(null, { user: auth.username });
      else done(refusal('535 5.7.8 who are you?'));
    },
    onConnect: (_session, done) => {
      watch('connected');
      done(door === undefined ? null : refusal(door));
    },
    onMailFrom: (_address, _session, done) => {
      watch('sender');
      done(sender === undefined ? null : refusal(sender));
    },
    onRcptTo: ({ address }, _session, done) => {
      watch('recipient');
      const words = recipients[address.split('@')[0] ?? ''];
      done(words === undefined ? null : refusal(words));
    },
    onData: (stream, { envelope, secure, user }, done) => {
      const pieces: Buffer[] = [];
      watch('data');
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        if (mail !== undefined) return done(refusal(mail));
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        const raw = Buffer.concat(pieces).toString('latin1');
        received.push({ from, to, raw, secure, ...(typeof user === 'string' ? { user } : {}) });
        watch('ended');
        done(null, 'queued');
        watch('answered');
      });
    },
  });
  server.on('error', () => undefined); // a client that disconnects in the middle
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  t.after(close);
  const open = () => server.connections.size;
  return { port: (server.server.address() as AddressInfo).port, received, close, open };
}

export async function serveSilence(t: TestContext, port = 0): Promise<Pick<Relay, 'port' | 'close'>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  t.after(close);
  return { port: (server.address() as AddressInfo).port, close };
}
