// Parses what the kernel and ss say of the network.

/** Counters of TCP since boot, by their names in /proc/net/snmp: `OutSegs`, `RetransSegs`, `CurrEstab`. */
export function parseTcpCounters(text: string): ReadonlyMap<string, number> {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp: '))
    .map((line) => line.split(' ').slice(1));
  if (!names || values?.length !== names.length || values.some((value) => !/^-?\d+$/.test(value)))
    throw new Error(`/proc/net/snmp has no counters of TCP: ${JSON.stringify(text.slice(0, 80))}`);
  return new Map(names.map((name, index) => [name, Number(values[index])]));
}

/** Connections that wait for late packets after their end, from /proc/net/sockstat. */
export function parseTimeWait(text: string): number {
  const count = /^TCP: .*\btw (\d+)\b/m.exec(text)?.[1];
  if (count === undefined) throw new Error(`/proc/net/sockstat has no tw: ${JSON.stringify(text.slice(0, 80))}`);
  return Number(count);
}

export interface Route {
  readonly device: string;
  readonly isDefault: boolean;
}

/** The routes of /proc/net/route, which has those of IPv4. */
export function parseRoutes(text: string): Route[] {
  const [head = '', ...lines] = text.split('\n');
  if (!/^Iface\s+Destination\s/.test(head))
    throw new Error(`/proc/net/route begins otherwise: ${JSON.stringify(text.slice(0, 80))}`);
  return lines.flatMap((line) => {
    const [device = '', destination = '', , , , , , mask = ''] = line.split(/\s+/);
    return device === '' ? [] : [{ device, isDefault: destination === '00000000' && mask === '00000000' }];
  });
}

export interface ListeningPort {
  readonly proto: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** Of others' processes only root is told the name. */
  readonly process?: string;
  readonly pid?: number;
}

/** What `ss -H -ltnup` prints: sockets that wait for connections, and those of UDP. */
export function parseSs(text: string): ListeningPort[] {
  // Any user may give a process a name with a line break. Its 15 characters do not suffice for the beginning of a line of ss.
  return text.split(/\n(?=(?:tcp|udp)\s+(?:LISTEN|UNCONN)\s+\d+\s+\d+\s)/).flatMap((line) => {
    if (line.trim() === '') return [];
    const [, proto, address = '', port = '', rest = ''] =
      /^(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s+\S+(.*)$/s.exec(line) ?? [];
    if (proto !== 'tcp' && proto !== 'udp')
      throw new Error(`ss printed a line of another form: ${JSON.stringify(line.slice(0, 80))}`);
    // A name may hold quotes and commas, but what follows it is fixed.
    const [, process, pid] = /users:\(\("(.*?)",pid=(\d+),fd=\d+\)/s.exec(rest) ?? [];
    return [
      {
        proto,
        address: address.replaceAll(/^\[|\]$/g, ''),
        port: Number(port),
        ...(process === undefined ? {} : { process, pid: Number(pid) }),
      } as const,
    ];
  });
}
