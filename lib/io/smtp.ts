// One conversation with one mail server through nodemailer, with a deadline. Loaded only where SMTP is used.
import { connect, type Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { codedError } from '../contract/errors.ts';
import type { SmtpAnswer, SmtpMessage, SmtpSettings } from '../contract/outside.ts';
import { reasonOf } from '../core/text.ts';
import { countedLookup } from './http.ts';

export const sendOverSmtp = (settings: SmtpSettings, mail: SmtpMessage, to: readonly string[]): Promise<SmtpAnswer> =>
  converse(settings, (connection) => sendMail(connection, mail, to));

/** Connects, and logs in where there is a login. Sends no mail. */
export const greetOverSmtp = (settings: SmtpSettings): Promise<SmtpAnswer> =>
  converse(settings, async (connection) => {
    connection.quit();
    return { accepted: [], refused: [], words: '' };
  });

type Talk = (connection: SMTPConnection) => Promise<SmtpAnswer>;

/** `talk` begins when the server has greeted us and accepted the login. */
async function converse(settings: SmtpSettings, talk: Talk): Promise<SmtpAnswer> {
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
      // With `offered`, an unverified certificate is accepted: the alternative would be no encryption at all.
      opportunisticTLS: settings.tls === 'offered',
      tls: { rejectUnauthorized: settings.tls !== 'offered' },
      connectionTimeout: ms,
      greetingTimeout: ms,
      socketTimeout: ms,
    });
    return await holdConversation(connection, settings, talk, deadline);
  } catch (error) {
    return answerOf(error, settings);
  } finally {
    connection?.close();
    if (!connection) socket?.destroy();
  }
}

/** nodemailer asks name servers before /etc/hosts: where they do not answer, it would not find a relay of /etc/hosts. */
function openSocket({ host, port, seconds }: SmtpSettings): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: countedLookup });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const late = (): void => fail(codedError('ETIMEDOUT', `no connection within ${seconds} s`));
    const timer = setTimeout(late, seconds * 1000);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeListener('error', fail);
      resolve(socket);
    });
  });
}

function holdConversation(
  connection: SMTPConnection,
  { user, password, seconds }: SmtpSettings,
  talk: Talk,
  deadline: AbortSignal,
): Promise<SmtpAnswer> {
  return new Promise((resolve, reject) => {
    // Each answer has its own timeout; this deadline limits the whole conversation.
    deadline.addEventListener('abort', () => reject(codedError('ETIMEDOUT', `not done within ${2 * seconds} s`)));
    connection.on('error', reject);
    const begin = (): void => void talk(connection).then(resolve, reject);
    connection.connect((error) => {
      if (error) return reject(error);
      // Tried even where the server offers no login: the server then refuses, and the mail is not sent without a login.
      if (user === undefined) return begin();
      connection.login({ user, pass: password }, (refused) => (refused ? reject(refused) : begin()));
    });
  });
}

function sendMail(connection: SMTPConnection, mail: SmtpMessage, to: readonly string[]): Promise<SmtpAnswer> {
  return new Promise((resolve, reject) => {
    const envelope = { from: mail.from, to: [...to], size: Buffer.byteLength(mail.raw) };
    connection.send(envelope, mail.raw, (error, info) => {
      if (error || !info) return reject(error ?? new Error('no answer to the mail'));
      resolve({ accepted: info.accepted, refused: refusalsOf(info.rejectedErrors), words: info.response });
    });
  });
}

/** The properties of nodemailer's errors that are used here. */
type SmtpError = Error & {
  readonly code?: string | undefined;
  /** The system's code, where `code` is nodemailer's. */
  readonly originalCode?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly command?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
};

const refusalsOf = (rejectedErrors: readonly SmtpError[] = []): SmtpAnswer['refused'] =>
  rejectedErrors.map((error) => ({
    address: error.recipient ?? '',
    reply: error.responseCode,
    words: error.response ?? error.message,
  }));

function answerOf(error: unknown, { seconds }: SmtpSettings): SmtpAnswer {
  const failure: SmtpError = error instanceof Error ? error : new Error(String(error));
  // nodemailer's message for a server that stops answering during the conversation.
  const words = failure.message === 'Timeout' ? `no answer within ${seconds} s` : reasonOf(failure);
  const refused = refusalsOf(failure.rejectedErrors);
  if (refused.length > 0) return { accepted: [], refused, words };
  const code = failure.originalCode ?? failure.code ?? 'unknown';
  return { accepted: [], refused, words, failure: { code, reply: failure.responseCode, command: failure.command } };
}
