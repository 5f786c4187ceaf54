// Conversations over a TCP port or a Unix socket: see contract/converse.ts.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Conversation } from '../contract/converse.ts';
import { errorCode, NoAnswer } from '../contract/errors.ts';
import type { Secret } from '../contract/net.ts';
import { connectionWords } from '../core/connection.ts';
import { hideSecretsIn } from '../core/hide.ts';
import { formatLimit } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { countedLookup } from './http.ts';
import { safeCookie } from './safe-cookie.ts';

/** `secretOf` finds the value of a reference to a secret. */
export async function converse(
  { secret, cookie, send, ...conversation }: Conversation,
  secretOf: (reference: string) => Secret = () => ({ missing: 'there are no secrets here' }),
): Promise<string> {
  const sent = (value: string): string => (typeof send === 'string' ? send : send(value));
  if (cookie !== undefined) return exchange({ ...conversation, ...safeCookie(cookie, randomBytes(32), sent) });
  if (secret === undefined) return exchange({ ...conversation, send: sent('') });
  const found = secretOf(secret);
  if ('missing' in found) throw new Error(found.missing);
  const hide = (text: string): string => hideSecretsIn(text, [found.value]);
  try {
    return hide(await exchange({ ...conversation, send: sent(found.value) }));
  } catch (error) {
    const words = hide(reasonOf(error));
    // oxlint-disable-next-line preserve-caught-error -- the cause may contain the secret
    throw error instanceof NoAnswer ? new NoAnswer(words) : new Error(words);
  }
}

type Exchange = Omit<Conversation, 'secret' | 'cookie' | 'send'> & {
  readonly send: string;
  /** Makes the second message, which is sent once, of the reply to the first; returns undefined until that reply is whole enough. */
  readonly sendNext?: (reply: string) => string | undefined;
};

const exchange = ({ with: peer, send, sendNext, isWhole, mostBytes, seconds }: Exchange): Promise<string> =>
  new Promise((resolve, reject) => {
    const where = 'path' in peer ? peer.path : `${peer.host}:${peer.port}`;
    const socket = connect('path' in peer ? peer : { ...peer, lookup: countedLookup });
    const pieces: Buffer[] = [];
    let bytes = 0;
    let hasSentNext = false;
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // An error may come after the end.
      socket.on('error', () => undefined);
      socket.destroy();
      end();
    };
    const refuse = (why: string): void => finish(() => reject(new Error(`${where}: ${why}`)));
    const fail = (why: string): void => finish(() => reject(new NoAnswer(`${where}: ${why}`)));
    const heard = (): string => (bytes === 0 ? 'no answer' : `only ${bytes} bytes of an answer`);
    const timer = setTimeout(() => fail(`${heard()} within ${formatLimit(seconds)}`), seconds * 1000);
    socket.once('connect', () => socket.write(send));
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > mostBytes) return refuse(`the answer has more than ${mostBytes} bytes`);
      try {
        const reply = Buffer.concat(pieces).toString('latin1');
        const next = hasSentNext ? undefined : sendNext?.(reply);
        if (isWhole(reply)) return finish(() => resolve(reply));
        if (next === undefined) return;
        hasSentNext = true;
        socket.write(next);
      } catch (error) {
        refuse(reasonOf(error));
      }
    });
    socket.on('error', (error) => {
      const why = connectionWords(errorCode(error)) ?? reasonOf(error);
      // A socket that is closed to this user says nothing of the program.
      if (['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) refuse(`this user may not connect to it: ${why}`);
      else fail(why);
    });
    socket.on('close', () => fail(`the connection was closed after ${heard()}`));
  });
