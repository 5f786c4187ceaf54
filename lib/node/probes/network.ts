// Reads routes, TCP, listening ports and the firewall of the node.
import { Absent, NotInstalled } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { firstLine } from '../../core/text.ts';
import { parseRoutes, parseTcpCounters, parseTimeWait } from '../../parse/netstat.ts';
import { parseUfwStatus } from '../../parse/ufw.ts';
import { defineProbe, failing, readParts } from '../define.ts';
import { portsOf, runProgram } from '../find.ts';
import { countLately } from '../lately.ts';
import { network as section } from '../sections/network.ts';

const httpSeconds = 3;
/** The lowest are listed. Any user may listen on thousands of ports, but not on those below 1024, so nobody can push these out. */
const mostPorts = 1000;

export const network = defineProbe({
  name: 'network',
  summary: 'routes, TCP, listening ports, firewall',
  section,

  async read({ host: open, config, previous, bootId, run }) {
    const host = open();
    const count = await portsOf(host, run).then(
      ({ length }) => length,
      () => 0,
    );
    const read = await readParts({
      internet: () => readInternet(host, config.node.internet),
      routes: async () => {
        const routes = parseRoutes(await host.readText('/proc/net/route'));
        return { default_route: routes.some(({ isDefault }) => isDefault) };
      },
      tcp: async () => {
        const counters = parseTcpCounters(await host.readText('/proc/net/snmp'));
        const [established, sent, again] = ['CurrEstab', 'OutSegs', 'RetransSegs'].map((name) => counters.get(name));
        if (established === undefined || sent === undefined || again === undefined)
          throw new Error(`/proc/net/snmp lacks a counter: ${[...counters.keys()].join(' ')}`);
        return { tcp_established: established, tcp_segments_sent: sent, tcp_segments_retransmitted: again };
      },
      time_wait: async () => ({ tcp_time_wait: parseTimeWait(await host.readText('/proc/net/sockstat')) }),
      listening: async () => {
        const ports = (await portsOf(host, run)).toSorted((one, other) => one.port - other.port);
        return { listening_ports: ports.slice(0, mostPorts) };
      },
      ...(count > mostPorts
        ? { listening_rest: failing(new Error(`${count} ports are listened on: the lowest ${mostPorts} are listed`)) }
        : {}),
      ufw: () => readUfw(host),
    });
    const { tcp_segments_sent, tcp_segments_retransmitted } = read;
    const counts = { sent: tcp_segments_sent, again: tcp_segments_retransmitted };
    const { grown, kept } = await countLately(previous?.data, { host, bootId, counts });
    const { sent = 0, again = 0 } = grown ?? {};
    // A share of too few segments says nothing.
    return { ...read, ...kept, ...(sent < 100 ? {} : { tcp_retrans_pct: Math.round((again / sent) * 10_000) / 100 }) };
  },
});

async function readInternet(host: Host, url: string | undefined) {
  if (url === undefined) throw new Absent('node.internet names no URL');
  const { status } = await host.get(url, { timeoutMs: httpSeconds * 1000 });
  return { internet_reachable: status !== undefined };
}

async function readUfw(host: Host) {
  const done = await runProgram(host, ['ufw', 'status']).catch((error: unknown) => {
    if (error instanceof NotInstalled) throw new Absent('ufw is not installed', { cause: error });
    throw error;
  });
  if (done.exit_code !== 0) throw new Error(`ufw status: ${firstLine(done.stderr) || `exit code ${done.exit_code}`}`);
  const { active, rules } = parseUfwStatus(done.stdout);
  return { ufw_active: active, ufw_rules: [...rules] };
}
