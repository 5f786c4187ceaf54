// A real SMTP server on loopback, and one that accepts connections and then says nothing.
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
  /** What is said to a recipient, by the part before the @; everybody else is welcome. */
  readonly recipients?: Readonly<Record<string, string>>;
  /** What is said to every sender, and on every connection. */
  readonly sender?: string;
  readonly door?: string;
  readonly starttls?: boolean;
  /** From the first byte. */
  readonly tls?: boolean;
  /** The one password that is taken; without it there is no login. */
  readonly password?: string;
  /** What is said to every mail. */
  readonly mail?: string;
}

function refusal(words: string): Error {
  return Object.assign(new Error(words.slice(4)), { responseCode: Number(words.slice(0, 3)) });
}

export async function serveMail(
  t: TestContext,
  { recipients = {}, starttls = false, tls = false, password, mail, sender, door }: Manners = {},
): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    secure: tls,
    disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(password === undefined ? ['AUTH'] : [])],
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth: (auth, _session, done) =>
      auth.password === password ? done(null, { user: auth.username }) : done(refusal('535 5.7.8 who are you?')),
    onConnect: (_session, done) => done(door === undefined ? null : refusal(door)),
    onMailFrom: (_address, _session, done) => done(sender === undefined ? null : refusal(sender)),
    onRcptTo: ({ address }, _session, done) => {
      const words = recipients[address.split('@')[0] ?? ''];
      done(words === undefined ? null : refusal(words));
    },
    onData: (stream, { envelope, secure, user }, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        if (mail !== undefined) return done(refusal(mail));
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        const raw = Buffer.concat(pieces).toString('latin1');
        received.push({ from, to, raw, secure, ...(typeof user === 'string' ? { user } : {}) });
        done(null, 'queued');
      });
    },
  });
  server.on('error', () => undefined); // a client that turns away in the midst
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, received };
}

export async function serveSilence(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
