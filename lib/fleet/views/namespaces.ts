// A matrix of namespaces × nodes: whether rqlite, Olric and the gateway of each namespace answer on each node.
import type { Fleet } from '../assess.ts';
import { alertLines, badCell, goodCell, type Judged, judgedIn, matrixNodes, missingCell } from '../cells.ts';
import { documentOf } from '../documents.ts';
import { reasonsIn } from '../read-report.ts';
import { type Data, type Missing, readingOf } from '../reading.ts';
import { shownNodes } from '../summary.ts';
import { type Cell, matrix } from '../table.ts';
import { defineView } from '../view.ts';

type Namespace = NonNullable<Data<'namespaces'>['namespaces']>[number];

export const namespaces = defineView({
  name: 'namespaces',
  summary: 'namespaces × nodes: whether rqlite, Olric and the gateway of each answer',

  render: (fleet, screen) => {
    const names = namesIn(fleet);
    const judged = judgedIn(fleet);
    const alerts = alertLines(fleet, screen, ['ssh', 'namespace', 'namespaces']);
    if (names.length === 0) return ['No node says that it has namespaces.', ...alerts];
    const lines = matrix(
      {
        corner: 'namespace',
        things: names,
        nodes: matrixNodes(fleet),
        cellOf: (name, node) => cellOf(fleet, name, node, judged),
      },
      screen,
    );
    return [...lines, ...alerts];
  },

  json: (fleet) =>
    documentOf(fleet, {
      namespaces: namesIn(fleet).map((name) => ({
        namespace: name,
        nodes: Object.fromEntries(
          shownNodes(fleet).map((node) => {
            const found = namespaceOn(fleet, name, node);
            const read = typeof found === 'string' ? undefined : found;
            return [
              node,
              {
                status: typeof found === 'string' ? found : 'ok',
                rqlite_up: read?.rqlite_up ?? null,
                rqlite_state: read?.rqlite_state ?? null,
                rqlite_ready: read?.rqlite_ready ?? null,
                olric_up: read?.olric_up ?? null,
                gateway_up: read?.gateway_up ?? null,
                gateway_status: read?.gateway_status ?? null,
              },
            ];
          }),
        ),
      })),
    }),
});

const namesIn = (fleet: Fleet): string[] =>
  [
    ...new Set(
      shownNodes(fleet).flatMap((node) =>
        (readingOf(fleet, 'namespaces', node).data?.namespaces ?? []).map(({ name }) => name),
      ),
    ),
  ].sort();

function namespaceOn(fleet: Fleet, name: string, node: string): Namespace | Missing {
  const { status, data } = readingOf(fleet, 'namespaces', node);
  if (!data) return status === 'absent' ? 'absent' : 'unknown';
  return (
    data.namespaces?.find((one) => one.name === name) ??
    (unread(fleet, node).includes(partOfOthers) ? 'unknown' : 'absent')
  );
}

/** The part among a report's errors that stands for all namespaces for which the report had no room. */
const partOfOthers = 'the rest';

/** The names of the parts of the section that could not be read, such as `NAMESPACE, PROGRAM`. */
const unread = ({ nodes }: Fleet, node: string): string[] =>
  reasonsIn((nodes[node]?.report ?? {}) as Readonly<Record<string, unknown>>, 'errors').flatMap(
    ({ section, part = '' }) => (section === 'namespaces' ? [part] : []),
  );

/** A cell with the state of the namespace's rqlite where all its programs are well, else with what is wrong. */
function cellOf(fleet: Fleet, name: string, node: string, judged: Judged): Cell {
  const found = namespaceOn(fleet, name, node);
  if (typeof found === 'string') return missingCell(found);
  const { rqlite_up: rqlite, rqlite_ready: ready, rqlite_state: state, olric_up: olric, gateway_up: gateway } = found;
  const { gateway_status: status = 200 } = found;
  const bad = [
    ...(rqlite === false ? ['rqlite down'] : ready === false ? ['rqlite not ready'] : []),
    ...(olric === false ? ['Olric down'] : []),
    ...(gateway === false ? ['gateway down'] : status === 200 ? [] : [`gateway HTTP ${status}`]),
  ];
  if (bad.length > 0) return badCell(bad.join(', '), judged(node, 'namespace'));
  const programs = Object.entries({ rqlite, olric, gateway });
  const unknown = programs.filter(
    ([program, is]) => is === undefined && unread(fleet, node).includes(`${name}, ${program}`),
  );
  if (unknown.length > 0) return { text: `${unknown.map(([program]) => program).join(', ')} ?`, style: 'unknown' };
  if (programs.every(([, is]) => is === undefined)) return missingCell('unknown');
  return goodCell(state ?? 'up');
}
