// Login at a control port by a cookie that both sides know and neither sends (SAFECOOKIE of tor's control protocol). Whoever owns
// the folder of the socket could link the cookie to a file that only root may read, so its bytes must not go out.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ControlReply } from '../parse/control.ts';

const cookieBytes = 32;

export function safeCookie(cookie: Uint8Array, nonce: Uint8Array) {
  if (cookie.length !== cookieBytes) throw new Error(`it has ${cookie.length} bytes, and a cookie has ${cookieBytes}`);
  const hashOf = (direction: string, theirs: Uint8Array): Buffer =>
    createHmac('sha256', `Tor safe cookie authentication ${direction} hash`)
      .update(cookie)
      .update(nonce)
      .update(theirs)
      .digest();
  return {
    challenge: `AUTHCHALLENGE SAFECOOKIE ${Buffer.from(nonce).toString('hex')}`,
    /** What proves that we know the cookie; undefined where the other side did not prove it. */
    proof: ({ text }: ControlReply): string | undefined => {
      const [, hash = '', theirs = ''] = /\bSERVERHASH=([0-9A-F]{64}) SERVERNONCE=([0-9A-F]{64})$/i.exec(text) ?? [];
      const nonceOfServer = Buffer.from(theirs, 'hex');
      if (hash === '' || !timingSafeEqual(Buffer.from(hash, 'hex'), hashOf('server-to-controller', nonceOfServer)))
        return undefined;
      return hashOf('controller-to-server', nonceOfServer).toString('hex');
    },
  };
}
