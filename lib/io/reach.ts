// Tries whether a server can be reached, without a request to it: a connection and, for https, a TLS handshake.
import { connect, type Socket } from 'node:net';
import { errorCode } from '../contract/errors.ts';
import { certificateWords, connectionWords } from '../core/connection.ts';
import { reasonOf } from '../core/text.ts';
import { countedLookup } from './http.ts';

/** Why the server of the URL cannot be reached; undefined where it can. Only the URL's host and port are used. */
export async function whyUnreachable(url: string, seconds: number): Promise<string | undefined> {
  const target = URL.parse(url);
  if (!target || !/^https?:$/.test(target.protocol)) return 'the address is not an http or https URL';
  const isSecure = target.protocol === 'https:';
  // An IPv6 address stands in brackets in a URL.
  const host = target.hostname.replaceAll(/^\[|\]$/g, '');
  const port = Number(target.port) || (isSecure ? 443 : 80);
  const tls = isSecure ? await import('node:tls') : undefined;
  const isName = /[^\d.:]/.test(host) && !host.includes(':');
  return new Promise((resolve) => {
    const finish = (problem?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const socket: Socket = tls
      ? tls.connect({ host, port, lookup: countedLookup, ...(isName ? { servername: host } : {}) }, () => finish())
      : connect({ host, port, lookup: countedLookup }, () => finish());
    const timer = setTimeout(() => finish(`no connection within ${seconds} s`), seconds * 1000);
    socket.on('error', (error) => finish(wordsOf(error)));
    // A server that ends the connection in the handshake sends no error.
    socket.on('close', () => finish('the connection was closed in the handshake'));
  });
}

function wordsOf(error: Error): string {
  const code = errorCode(error);
  const words = connectionWords(code);
  if (words !== undefined) return words;
  const isOfCertificate = code !== undefined && /CERT|SIGNED|ISSUER|VERIFY|INVALID_|MISMATCH/.test(code);
  return isOfCertificate ? `its certificate is refused: ${certificateWords(code)}` : reasonOf(error);
}
