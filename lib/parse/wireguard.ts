// Parses `wg show all FIELD`. `wg show all dump` would print private keys, so it is never called.
import { isObject } from '../contract/shape.ts';

/** Interface → public key of the peer → value. Each line is `interface TAB peer TAB value…`. */
type OfPeers<Value> = ReadonlyMap<string, ReadonlyMap<string, Value>>;

export type WireguardField = 'latest-handshakes' | 'endpoints' | 'allowed-ips' | 'transfer' | 'persistent-keepalive';

const key = /^[A-Za-z\d+/]{43}=$/;

/** The rest of each line, by interface and peer. */
export function parsePeers(text: string, field: WireguardField): OfPeers<string> {
  const found = new Map<string, Map<string, string>>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [name = '', peer = '', ...rest] = line.split('\t');
    if (!key.test(peer) || rest.length === 0)
      throw new Error(`not a line of wg show all ${field}: ${JSON.stringify(line.slice(0, 80))}`);
    const peers = found.get(name) ?? new Map<string, string>();
    found.set(name, peers.set(peer, rest.join('\t')));
  }
  return found;
}

/** Interface → its port, of `wg show all listen-port`. */
export function parseListenPorts(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      if (line === '') return [];
      const [, name = '', port] = /^(\S+)\t(\d{1,5})$/.exec(line) ?? [];
      if (port === undefined)
        throw new Error(`not a line of wg show all listen-port: ${JSON.stringify(line.slice(0, 80))}`);
      return [[name, Number(port)] as const];
    }),
  );
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
