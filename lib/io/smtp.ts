// One mail to one server by nodemailer, in one conversation that has an end. Loaded only where mail goes this way.
import { connect, type Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpAnswer, SmtpMessage, SmtpSettings } from '../contract/outside.ts';
import { reasonOf } from '../core/text.ts';
import { countedLookup } from './http.ts';

export async function converse(settings: SmtpSettings, mail: SmtpMessage, to: readonly string[]): Promise<SmtpAnswer> {
  const ms = settings.seconds * 1000;
  const deadline = AbortSignal.timeout(2 * ms);
  let socket: Socket | undefined;
  let connection: SMTPConnection | undefined;
  try {
    socket = await openSocket(settings);
    connection = new SMTPConnection({
      connection: socket,
      host: settings.host,
      port: settings.port,
      secure: settings.tls === 'tls',
      requireTLS: settings.tls === 'starttls',
      ignoreTLS: settings.tls === 'none',
      // Encryption that nobody asked for is as good as none, and no reason to keep a mail back.
      opportunisticTLS: settings.tls === 'offered',
      tls: { rejectUnauthorized: settings.tls !== 'offered' },
      connectionTimeout: ms,
      greetingTimeout: ms,
      socketTimeout: ms,
    });
    return await hold(connection, settings, mail, to, deadline);
  } catch (error) {
    return answerOf(error, settings);
  } finally {
    connection?.close();
    if (!connection) socket?.destroy();
  }
}

/**
 * Our own socket: nodemailer asks name servers before it asks the machine, so where they are silent it would not find a
 * relay that stands in /etc/hosts.
 */
function openSocket({ host, port, seconds }: SmtpSettings): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: countedLookup });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const late = (): void => fail(coded('ETIMEDOUT', `no connection within ${seconds} s`));
    const timer = setTimeout(late, seconds * 1000);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeListener('error', fail);
      resolve(socket);
    });
  });
}

function hold(
  connection: SMTPConnection,
  { user, password, seconds }: SmtpSettings,
  mail: SmtpMessage,
  to: readonly string[],
  deadline: AbortSignal,
): Promise<SmtpAnswer> {
  return new Promise((resolve, reject) => {
    // Each answer may take its time; all of them together may not.
    deadline.addEventListener('abort', () => reject(coded('ETIMEDOUT', `not done within ${2 * seconds} s`)));
    connection.on('error', reject);
    const send = (): void => {
      const envelope = { from: mail.from, to: [...to], size: Buffer.byteLength(mail.raw) };
      connection.send(envelope, mail.raw, (error, info) => {
        if (error || !info) return reject(error ?? new Error('no answer to the mail'));
        resolve({ accepted: info.accepted, refused: refusalsOf(info.rejectedErrors), words: info.response });
      });
    };
    connection.connect((error) => {
      if (error) return reject(error);
      // Also where the server offers no login: then it says so, and the mail does not leave as somebody else's.
      if (user === undefined) return send();
      connection.login({ user, pass: password }, (refused) => (refused ? reject(refused) : send()));
    });
  });
}

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** What nodemailer puts on its errors, as far as it is of use. */
type Told = Error & {
  readonly code?: string | undefined;
  /** The system's, beneath nodemailer's. */
  readonly originalCode?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly Told[] | undefined;
};

const refusalsOf = (rejectedErrors: readonly Told[] = []): SmtpAnswer['refused'] =>
  rejectedErrors.map((error) => ({
    address: error.recipient ?? '',
    reply: error.responseCode,
    words: error.response ?? error.message,
  }));

function answerOf(error: unknown, { seconds }: SmtpSettings): SmtpAnswer {
  const told: Told = error instanceof Error ? error : new Error(String(error));
  // nodemailer's word for silence in the midst.
  const words = told.message === 'Timeout' ? `no answer within ${seconds} s` : reasonOf(told);
  const refused = refusalsOf(told.rejectedErrors);
  if (refused.length > 0) return { accepted: [], refused, words };
  const code = told.originalCode ?? told.code ?? 'unknown';
  return { accepted: [], refused, words, failure: { code, reply: told.responseCode } };
}
