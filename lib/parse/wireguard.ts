// Parses `wg show INTERFACE FIELD`. `wg show INTERFACE dump` would print private keys, so it is never called; and `wg show all
// endpoints` names the interface on the first line only.
import { isObject } from '../contract/shape.ts';

export type WireguardField = 'latest-handshakes' | 'endpoints' | 'allowed-ips' | 'transfer' | 'persistent-keepalive';

const key = /^[A-Za-z\d+/]{43}=$/;

/** Public key of the peer → the rest of its line. */
export function parsePeers(text: string, field: WireguardField): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      if (line === '') return [];
      const [peer = '', ...rest] = line.split('\t');
      if (!key.test(peer) || rest.length === 0)
        throw new Error(`not a line of wg show ${field}: ${JSON.stringify(line.slice(0, 80))}`);
      return [[peer, rest.join('\t')] as const];
    }),
  );
}

/** What `wg show INTERFACE listen-port` prints. */
export function parseListenPort(text: string): number {
  if (/^\d{1,5}\n$/.test(text)) return Number(text);
  throw new Error(`not the output of wg show listen-port: ${JSON.stringify(text.slice(0, 80))}`);
}

/** The first address of an interface that `ip -json address show dev NAME` prints, of IPv4 where there is one. */
export function parseAddress(found: unknown): string | undefined {
  const [link] = Array.isArray(found) ? (found as unknown[]) : [];
  const addresses: unknown = isObject(link) ? link['addr_info'] : undefined;
  if (!Array.isArray(addresses))
    throw new Error(`not the output of ip -json address: ${JSON.stringify(found)?.slice(0, 80)}`);
  const known = (addresses as unknown[]).flatMap((one) =>
    isObject(one) && typeof one['local'] === 'string' && one['scope'] !== 'link'
      ? [{ family: one['family'], address: one['local'] }]
      : [],
  );
  return (known.find(({ family }) => family === 'inet') ?? known[0])?.address;
}
