// Looks at the name server, the web server and the certificates of the node.
import { Absent, isMissing, NoAnswer } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { parseCount } from '../../parse/systemctl.ts';
import { askText } from '../ask.ts';
import { converseOf, defineProbe, failing, readParts } from '../define.ts';
import { addressesOf, addressIn, findPrograms, type Found, isActive, portsOf, propertiesOf, urlOf } from '../find.ts';
import { readJournal } from '../journal.ts';
import { type Kind, kinds } from '../kinds.ts';
import { dns as section } from '../sections/dns.ts';

const seconds = 3;
const MiB = 1024 ** 2;

export const dns = defineProbe({
  name: 'dns',
  summary: 'CoreDNS and Caddy, ports, resolutions, days left on certificates',
  section,

  async read({ host: open, config, run, at }) {
    const host = open();
    const { zone, wildcard, server, corefile, certificates: more, https } = config.node.dns;
    const look = (kind: Kind) => findPrograms(host, run, kind).catch((error: unknown) => ({ error }));
    const [coredns, caddy] = await Promise.all([look(kinds.coredns), look(kinds.caddy)]);
    const isNothing = (one: Found | Missing): boolean => 'error' in one && one.error instanceof Absent;
    if (isNothing(coredns) && isNothing(caddy) && zone === undefined && more.length === 0)
      throw new Absent(
        'no unit and no process of CoreDNS or Caddy is on this node, and the configuration names no zone',
      );
    // A name server of this node is asked, not those that the node uses.
    const own = 'error' in coredns ? undefined : '127.0.0.1';
    const ask = (type: 'A' | 'NS' | 'SOA', name: string) =>
      converseOf(host).resolve({ name, type, server: server ?? own, seconds });
    const found = [coredns, caddy].flatMap((one) => ('error' in one ? [] : [one.because]));
    const bound = async (port: number) =>
      (await portsOf(host, run)).some((one) => one.port === port && !isStub(one.address));
    const names = [...new Set([zone, wildcard, ...more])].filter((name) => name !== undefined);
    const read = await readParts({
      found: async () => (found.length === 0 ? {} : { found_by: found.join('; ') }),
      ...('error' in coredns ? { coredns: failing(coredns.error) } : partsOfCoredns(host, run, coredns, corefile)),
      ...('error' in caddy ? { caddy: failing(caddy.error) } : partsOfCaddy(host, run, caddy)),
      ports: async () => ({
        port_53_bound: await bound(53),
        port_80_bound: await bound(80),
        port_443_bound: await bound(443),
      }),
      ...(zone === undefined ? { zone: failing(new Absent('node.dns names no zone')) } : partsOfZone(ask, zone)),
      ...(wildcard === undefined
        ? {}
        : { wildcard: async () => ({ wildcard_resolves: (await ask('A', wildcard)).length > 0 }) }),
      certificates: async () =>
        names.length === 0
          ? {}
          : { certificates: await Promise.all(names.map((name) => readCertificate(host, name, https, at))) },
    });
    const daysOf = (name: string | undefined) =>
      name === undefined ? undefined : read.certificates?.find((one) => one.name === name)?.days_left;
    const unread = (read.certificates ?? []).filter(({ days_left: days }) => days === undefined);
    const reasons = unread.map(({ name, problem = '' }) => [`certificate of ${name}`, problem] as const);
    return {
      ...read,
      ...(reasons.length === 0 ? {} : { problems: { ...read.problems, ...Object.fromEntries(reasons) } }),
      ...withoutUndefined({ base_tls_days_left: daysOf(zone), wild_tls_days_left: daysOf(wildcard) }),
    };
  },
});

/** Whether systemd-resolved listens there, for programs of this machine. That is no name server of a zone. */
const isStub = (address: string): boolean => /^127\.0\.0\.5[34](%|$)/.test(address);

interface Missing {
  readonly error: unknown;
}

const partsOfCoredns = (host: Host, run: object | undefined, found: Found, corefile: string) => ({
  coredns: async () => ({ coredns_active: isActive(found) }),
  coredns_unit: async () => describeUnit(host, run, found),
  coredns_log: async () => {
    const units = found.units.map(({ name }) => name);
    if (units.length === 0) throw new Absent('it runs without a unit, so it has no journal of its own');
    const lines = await readJournal(host, units, '-5min');
    return { log_errors_5m: lines.filter((line) => /\[(ERROR|PANIC|FATAL)\]/.test(line)).length };
  },
  corefile: async () => {
    const isThere = host.stat(corefile).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
    return { corefile_exists: await isThere };
  },
  coredns_health: async () => ({ coredns_healthy: await answers(host, run, found, 8080, '/health') }),
  coredns_ready: async () => ({ coredns_ready: await answers(host, run, found, 8181, '/ready') }),
  coredns_metrics: async () => {
    const { body } = await askPort(host, run, found, 9153, '/metrics');
    const panics = /^coredns_panics_total (\d+)$/m.exec(body)?.[1];
    if (panics === undefined) throw new Error('its metrics have no coredns_panics_total');
    return { coredns_panics: Number(panics) };
  },
});

const partsOfCaddy = (host: Host, run: object | undefined, found: Found) => ({
  caddy: async () => ({ caddy_active: isActive(found) }),
  // The answer is Caddy's configuration, which may hold secrets: only its status is used.
  caddy_admin: async () => {
    const base = await urlAt(host, run, found, 2019);
    const { status } = await host.get(`${base}/config/`, { timeoutMs: seconds * 1000 });
    return { caddy_admin_responds: status === 200 };
  },
  caddy_reload: async () => {
    const { body } = await askPort(host, run, found, 2019, '/metrics');
    const isOk = /^caddy_config_last_reload_successful (\d+)$/m.exec(body)?.[1];
    if (isOk === undefined) throw new Absent('its metrics have no caddy_config_last_reload_successful');
    return { caddy_reload_ok: isOk === '1' };
  },
});

async function describeUnit(host: Host, run: object | undefined, { units }: Found) {
  const [unit] = units;
  if (unit === undefined) throw new Absent('it runs without a unit');
  const shown = (await propertiesOf(host, run, [])).get(unit.name);
  const memory = parseCount(shown?.['MemoryCurrent']);
  return withoutUndefined({
    coredns_mem_mb: memory === undefined ? undefined : Math.round(memory / MiB),
    coredns_restarts: parseCount(shown?.['NRestarts']),
  });
}

/** Where the program listens on a port that it need not have: that of a plugin, or of its administration. */
async function urlAt(host: Host, run: object | undefined, { processes }: Found, port: number): Promise<string> {
  const addresses = await addressesOf(
    host,
    run,
    processes.map(({ pid }) => pid),
    port,
  );
  const address = addresses.find((one) => one.port === port);
  if (address === undefined) throw new Absent(`it does not listen on port ${port}`);
  return urlOf(address);
}

const askPort = async (host: Host, run: object | undefined, found: Found, port: number, path: string) =>
  askText(host, `${await urlAt(host, run, found, port)}${path}`, { seconds });

async function answers(
  host: Host,
  run: object | undefined,
  found: Found,
  port: number,
  path: string,
): Promise<boolean> {
  try {
    return (await askPort(host, run, found, port, path)).status === 200;
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

const partsOfZone = (ask: (type: 'A' | 'NS' | 'SOA', name: string) => Promise<readonly string[]>, zone: string) => ({
  soa: async () => ({ soa_resolves: (await ask('SOA', zone)).length > 0 }),
  ns: async () => {
    const servers = await ask('NS', zone);
    return { ns_resolves: servers.length > 0, ns_record_count: servers.length };
  },
  base_a: async () => ({ base_a_resolves: (await ask('A', zone)).length > 0 }),
});

interface Certificate {
  readonly name: string;
  readonly days_left?: number;
  readonly problem?: string;
}

/** Asks the web server of this node, whatever address the name has in DNS. The days left are read of a certificate that is refused, too. */
async function readCertificate(host: Host, name: string, https: string, at: Date): Promise<Certificate> {
  const { host: address, port } = addressIn(https);
  const reply = await host.get(`https://${name}:${port}/`, { timeoutMs: seconds * 1000, address });
  const { certificate_expires_at: end, certificate_problem: problem, error } = reply;
  if (end === undefined)
    return withoutUndefined({ name, problem: `${https}: ${problem ?? error ?? 'it shows no certificate'}` });
  const days = (Date.parse(end) - at.getTime()) / 86_400_000;
  return withoutUndefined({ name, days_left: Math.round(days * 10) / 10, problem });
}
