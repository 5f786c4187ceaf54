// Reads an interface of WireGuard and its peers. `wg show … dump` would print private keys, so each field is asked for alone.
import { Absent, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { parseForeignJson } from '../../parse/json.ts';
import { parseRoutes } from '../../parse/netstat.ts';
import { parseAddress, parseListenPort, parsePeers, type WireguardField } from '../../parse/wireguard.ts';
import { defineProbe, failing, readParts } from '../define.ts';
import { succeed, unitsOf } from '../find.ts';
import { wireguard as section } from '../sections/wireguard.ts';

const net = '/sys/class/net';

export const wireguard = defineProbe({
  name: 'wireguard',
  summary: 'interface, address, peers and their last handshakes, permissions of the configuration',
  section,

  async read({ host: open, config, run, at }) {
    const host = open();
    const units = await instancesOf(host, run);
    const found = await findInterfaces(host, units);
    const { interface: configured } = config.node.wireguard;
    const interfaces = [...new Set([...found.keys(), ...(configured === undefined ? [] : [configured])])].toSorted();
    const name = configured ?? interfaces[0];
    if (name === undefined) throw new Absent('no interface and no unit of WireGuard is on this node');
    const unit = units.find(({ instance }) => instance === name);
    const isThere = await host.list(`${net}/${name}`).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
    return readParts({
      found: async () => ({
        interface: name,
        interfaces,
        found_by: configured === name ? 'the configuration' : (found.get(name) ?? ''),
        ...(unit === undefined ? {} : { service_active: unit.active === 'active' }),
      }),
      interface_up: async () => {
        if (!isThere) return { interface_up: false };
        return { interface_up: (Number((await host.readText(`${net}/${name}/flags`)).trim()) & isUp) !== 0 };
      },
      config: () => describeConfig(host, `/etc/wireguard/${name}.conf`),
      ...(isThere
        ? {
            mtu: async () => {
              const mtu = Number((await host.readText(`${net}/${name}/mtu`)).trim());
              return { mtu };
            },
            route: async () => {
              const routes = parseRoutes(await host.readText('/proc/net/route'));
              if (routes.some(({ device }) => device === name)) return { wg_route_exists: true };
              if ((await addressOf(host, name))?.includes(':'))
                throw new Absent('its address is of IPv6, and only routes of IPv4 are read');
              return { wg_route_exists: false };
            },
            wg_ip: async () => {
              return withoutUndefined({ wg_ip: await addressOf(host, name) });
            },
            peers: () => readPeers(host, name, at),
          }
        : { peers: failing(new Error(`there is no interface ${name}`)) }),
    });
  },
});

const isUp = 1;

type Instance = { readonly name: string; readonly instance: string; readonly active: string };

async function instancesOf(host: Host, run: object | undefined): Promise<readonly Instance[]> {
  const units = await unitsOf(host, run).catch((error: unknown) => {
    if (error instanceof Absent) return [];
    throw error;
  });
  return units.flatMap(({ name, active }) => {
    const [, instance] = /^wg-quick@(\w[\w.=+-]{0,14})\.service$/.exec(name) ?? [];
    return instance === undefined ? [] : [{ name, instance, active }];
  });
}

/** Interface → how it was found: by its unit, by the kernel, or by the socket of a WireGuard outside of the kernel. */
async function findInterfaces(host: Host, units: readonly Instance[]): Promise<ReadonlyMap<string, string>> {
  const listOf = (folder: string) =>
    host.list(folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
  const [devices, sockets] = await Promise.all([listOf(net), listOf('/run/wireguard')]);
  const types = await Promise.all(
    devices.map(async (name) => {
      const uevent = await host.readText(`${net}/${name}/uevent`).catch(() => '');
      return /^DEVTYPE=wireguard$/m.test(uevent) ? [[name, 'its type in /sys/class/net'] as const] : [];
    }),
  );
  return new Map([
    ...units.map(({ name, instance }) => [instance, `the unit ${name}`] as const),
    ...sockets.flatMap((file) =>
      file.endsWith('.sock') ? [[file.slice(0, -5), `the socket /run/wireguard/${file}`] as const] : [],
    ),
    ...types.flat(),
  ]);
}

async function addressOf(host: Host, name: string): Promise<string | undefined> {
  const text = await succeed(host, ['ip', '-json', 'address', 'show', 'dev', name]);
  return parseAddress(parseForeignJson(text, 'the output of ip address'));
}

async function describeConfig(host: Host, path: string) {
  try {
    const { permissions } = await host.stat(await host.realpath(path));
    return withoutUndefined({ config_exists: true, config_perms: permissions });
  } catch (error) {
    if (isMissing(error)) return { config_exists: false };
    throw error;
  }
}

async function readPeers(host: Host, name: string, at: Date) {
  const ask = (field: string): Promise<string> => succeed(host, ['wg', 'show', name, field]);
  const of = async (field: WireguardField) => parsePeers(await ask(field), field);
  const [port, handshakes, endpoints, allowed, transfers, keepalives] = await Promise.all([
    ask('listen-port').then(parseListenPort),
    of('latest-handshakes'),
    of('endpoints'),
    of('allowed-ips'),
    of('transfer'),
    of('persistent-keepalive'),
  ]);
  const peers = [...handshakes].map(([key, handshake]) => {
    const last = numberIn(handshake, 'latest-handshakes');
    const [received, sent] = (transfers.get(key) ?? '').split('\t');
    const keepalive = keepalives.get(key);
    return withoutUndefined({
      public_key: key,
      endpoint: unlessNone(endpoints.get(key)),
      allowed_ips: unlessNone(allowed.get(key)),
      latest_handshake: last,
      handshake_age_sec: last === 0 ? undefined : Math.max(0, Math.round(at.getTime() / 1000 - last)),
      transfer_rx_bytes: received === undefined ? undefined : numberIn(received, 'transfer'),
      transfer_tx_bytes: sent === undefined ? undefined : numberIn(sent, 'transfer'),
      keepalive: keepalive === undefined ? undefined : secondsOf(keepalive),
    });
  });
  return { listen_port: port, peer_count: peers.length, peers };
}

const secondsOf = (text: string): number => (text === 'off' ? 0 : numberIn(text, 'persistent-keepalive'));

const unlessNone = (text: string | undefined): string | undefined => (text === '(none)' ? undefined : text);

function numberIn(text: string, field: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`not a number in wg show ${field}: ${JSON.stringify(text.slice(0, 80))}`);
}
