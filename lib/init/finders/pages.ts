// Web pages that this machine serves: one GET of `/` on each port that listens on loopback or on every address.
import type { Host, UrlReply } from '../../contract/host.ts';
import { lanes } from '../../core/lanes.ts';
import { counted, firstLine } from '../../core/text.ts';
import { type Listener, parseListening } from '../../parse/listening.ts';
import { usualPort } from '../../page/files.ts';
import { defineFinder, type Finding, type LeftOut } from '../finding.ts';

/** Ports of protocols that are not HTTP: a request would be an error in their logs. */
const otherProtocols = new Set([
  21, 22, 23, 25, 53, 110, 111, 123, 139, 143, 389, 445, 465, 514, 587, 636, 873, 993, 995, 1433, 1521, 1883, 2049,
  3306, 3389, 5432, 5672, 5900, 6379, 6817, 6818, 6819, 8883, 9092, 11211, 27017,
]);
/** From here on the kernel gives ports that differ after each start. */
const firstGiven = 32_768;
const mostPorts = 40;
const timeoutMs = 2000;

export const pages = defineFinder({
  name: 'pages',
  summary: 'the web pages of this machine',

  async look({ host }) {
    const read = (file: string): Promise<string> => host.readText(`/proc/net/${file}`).catch(() => '');
    const { ports, left } = choosePorts(parseListening(`${await read('tcp')}${await read('tcp6')}`));
    const lane = lanes(8);
    const asked = await Promise.all(ports.map((listener) => lane(() => ask(host, listener))));
    return { findings: asked.flatMap((page) => page ?? []), left };
  },
});

function choosePorts(listeners: readonly Listener[]): { ports: Listener[]; left: LeftOut[] } {
  const byPort = new Map<number, Listener>();
  for (const listener of listeners.filter(({ on }) => on !== 'other')) {
    const known = byPort.get(listener.port);
    if (!known || known.version > listener.version) byPort.set(listener.port, listener);
  }
  const all = [...byPort.values()].sort((one, other) => one.port - other.port);
  const web = all.filter(({ port }) => !otherProtocols.has(port) && port < firstGiven && port !== usualPort);
  const given = all.filter(({ port }) => port >= firstGiven);
  const elsewhere = new Set(listeners.map(({ port }) => port).filter((port) => !byPort.has(port)));
  const left = [
    [`port ${usualPort}`, all.filter(({ port }) => port === usualPort).length, 'that of the monitor’s own page'],
    [counted(given.length, 'port'), given.length, `above ${firstGiven}: they differ after each start`],
    [counted(elsewhere.size, 'port'), elsewhere.size, 'listen on one address only, neither loopback nor all'],
    [counted(web.length - mostPorts, 'port'), Math.max(0, web.length - mostPorts), `more than ${mostPorts} ports`],
  ] as const;
  return {
    ports: web.slice(0, mostPorts),
    left: left.flatMap(([what, count, why]) => (count > 0 ? [{ what, why }] : [])),
  };
}

/** Undefined where no web server answers. A server that answers 400 may want TLS. */
async function ask(host: Host, { port, on, version }: Listener): Promise<Finding | undefined> {
  const address = version === 6 && on === 'loopback' ? '[::1]' : '127.0.0.1';
  const get = async (scheme: 'http' | 'https'): Promise<[string, UrlReply]> => {
    const url = `${scheme}://${address}:${port}/`;
    return [url, await host.get(url, { timeoutMs }).catch((): UrlReply => ({ response_ms: 0, error: 'not asked' }))];
  };
  const plain = await get('http');
  const isPage = plain[1].status !== undefined && plain[1].status !== 400;
  const secure = isPage ? undefined : await get('https');
  const [url, reply] = secure?.[1].status === undefined ? plain : secure;
  if (reply.status === undefined) return undefined;
  const problem = problemOf(reply);
  return {
    key: 'endpoints',
    name: { 80: 'web', 443: 'web-tls' }[port] ?? `port-${port}`,
    value: url.replace(/:(80|443)\/$/, '/'),
    where: `listens on ${on === 'any' ? 'every address' : 'loopback'}, and answered ${reply.status}`,
    ...(problem === undefined ? {} : { off: problem }),
  };
}

function problemOf({ status = 0, certificate_problem: problem }: UrlReply): string | undefined {
  if (problem !== undefined)
    return `write the name that its certificate is for, in place of the address (${firstLine(problem, 60)})`;
  return status >= 200 && status < 400 ? undefined : 'name a path that answers with 2xx or 3xx';
}
