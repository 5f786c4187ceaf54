// Login at a control port by a cookie that both sides know and neither sends (SAFECOOKIE of tor's control protocol). Whoever owns
// the folder of the socket could link the cookie to a file that only root may read, so its bytes must not go out.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseControlReplies } from '../parse/control.ts';

const cookieBytes = 32;

/** `send` makes of the proof, in hexadecimal, what is sent once the other side has proved that it knows the cookie. */
export function safeCookie(cookie: Uint8Array, nonce: Uint8Array, send: (proof: string) => string) {
  if (cookie.length !== cookieBytes)
    throw new Error(`a cookie has ${cookieBytes} bytes, and this one ${cookie.length}`);
  const hashOf = (direction: string, theirs: Uint8Array): Buffer =>
    createHmac('sha256', `Tor safe cookie authentication ${direction} hash`)
      .update(cookie)
      .update(nonce)
      .update(theirs)
      .digest();
  return {
    send: `AUTHCHALLENGE SAFECOOKIE ${Buffer.from(nonce).toString('hex')}\r\n`,
    sendNext: (reply: string): string | undefined => {
      const [challenge] = parseControlReplies(reply);
      // A refusal is an answer, too.
      if (challenge?.code !== 250) return undefined;
      const [, hash = '', nonceOfServer = ''] = form.exec(challenge.text) ?? [];
      const theirs = Buffer.from(nonceOfServer, 'hex');
      if (hash === '' || !timingSafeEqual(Buffer.from(hash, 'hex'), hashOf('server-to-controller', theirs)))
        throw new Error('it does not know the cookie, so another program may answer there');
      return send(hashOf('controller-to-server', theirs).toString('hex'));
    },
  };
}

const form = /\bSERVERHASH=([0-9A-F]{64}) SERVERNONCE=([0-9A-F]{64})$/i;
