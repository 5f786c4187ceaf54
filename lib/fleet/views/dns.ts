// A table with a row for each node: its name server, ports, resolutions and certificates.
import type { Fleet } from '../assess.ts';
import { alertLines, badCell, goodCell, type Judged, judgedIn, levelOfNode, markCell, readCell } from '../cells.ts';
import { documentOf } from '../documents.ts';
import { type Data, readingOf } from '../reading.ts';
import { nodesInOrder, shownNodes } from '../summary.ts';
import { type Cell, type Column, table } from '../table.ts';
import { defineView } from '../view.ts';

type Dns = Data<'dns'>;

/** Days until the first certificate expires. */
const daysLeft = ({ certificates = [], base_tls_days_left: base, wild_tls_days_left: wild }: Dns): number | undefined =>
  [...certificates.map(({ days_left: days }) => days), base, wild].reduce(
    (least, days) => (days === undefined ? least : Math.min(least ?? days, days)),
    undefined,
  );

const problemsOf = ({ certificates = [] }: Dns): string[] =>
  certificates.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]));

const flags: readonly (Column & { readonly field: (read: Dns) => boolean | undefined })[] = [
  { title: 'CoreDNS', rank: 1, field: (read) => read.coredns_active },
  { title: 'Caddy', rank: 2, field: (read) => read.caddy_active },
  { title: ':53', rank: 8, field: (read) => read.port_53_bound },
  { title: ':80', rank: 10, field: (read) => read.port_80_bound },
  { title: ':443', rank: 9, field: (read) => read.port_443_bound },
  { title: 'SOA', rank: 4, field: (read) => read.soa_resolves },
  { title: 'NS', rank: 5, field: (read) => read.ns_resolves },
  { title: 'zone', rank: 6, field: (read) => read.base_a_resolves },
  { title: 'wildcard', rank: 7, field: (read) => read.wildcard_resolves },
];

export const dns = defineView({
  name: 'dns',
  summary: 'CoreDNS and Caddy on each node, their ports, what resolves, and how long certificates are valid',

  render: (fleet, screen) => {
    const judged = judgedIn(fleet);
    const columns = [
      { title: '', rank: 0 },
      { title: 'node', rank: 0 },
      ...flags,
      { title: 'certificate', rank: 3 },
      { title: 'role', rank: 11 },
    ];
    const rows = nodesInOrder(fleet).map((node) => [
      markCell(levelOfNode(fleet, node)),
      { text: node },
      ...flags.map(({ field }) => readCell(fleet, 'dns', node, (read) => flagCell(field(read), node, judged))),
      readCell(fleet, 'dns', node, (read) => certificateCell(read, node, judged)),
      { text: fleet.facts[node]?.role ?? '-' },
    ]);
    return [...table(columns, rows, screen), ...alertLines(fleet, screen, ['ssh', 'dns'])];
  },

  json: (fleet) => documentOf(fleet, { nodes: shownNodes(fleet).map((node) => rowOf(fleet, node)) }),
});

const flagCell = (is: boolean | undefined, node: string, judged: Judged): Cell | undefined =>
  is === undefined ? undefined : is ? goodCell('yes') : badCell('no', judged(node, 'dns'));

function certificateCell(read: Dns, node: string, judged: Judged): Cell | undefined {
  const days = daysLeft(read);
  if (problemsOf(read).length > 0)
    return badCell(days === undefined ? 'none' : `${days}d, refused`, judged(node, 'certificate'));
  if (days === undefined) return undefined;
  return badCell(`${days}d`, judged(node, 'certificate'));
}

function rowOf(fleet: Fleet, node: string) {
  const { status, reason = null, data = {} } = readingOf(fleet, 'dns', node);
  return {
    host: node,
    role: fleet.facts[node]?.role ?? null,
    status,
    reason,
    coredns_active: data.coredns_active ?? null,
    caddy_active: data.caddy_active ?? null,
    port_53_bound: data.port_53_bound ?? null,
    port_80_bound: data.port_80_bound ?? null,
    port_443_bound: data.port_443_bound ?? null,
    soa_resolves: data.soa_resolves ?? null,
    ns_resolves: data.ns_resolves ?? null,
    base_a_resolves: data.base_a_resolves ?? null,
    wildcard_resolves: data.wildcard_resolves ?? null,
    tls_days_left: daysLeft(data) ?? null,
    tls_problems: problemsOf(data),
  };
}
