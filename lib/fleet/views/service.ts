// A matrix of services × nodes. Services are the programs that have a section of their own in the report, and the units that it lists.
import type { nodeSections } from '../../node/sections/index.ts';
import type { Fleet } from '../assess.ts';
import { alertLines, badCell, goodCell, judgedIn, matrixNodes, missingCell } from '../cells.ts';
import { documentOf } from '../documents.ts';
import { type Data, missingIn, type Missing, readingOf } from '../reading.ts';
import { shownNodes } from '../summary.ts';
import { matrix } from '../table.ts';
import { defineView } from '../view.ts';

interface State {
  readonly words: string;
  readonly isGood: boolean;
}

interface Service {
  readonly name: string;
  readonly subsystems: readonly string[];
  readonly stateOn: (fleet: Fleet, node: string) => State | Missing;
}

const defineProgram = <Name extends keyof typeof nodeSections>(
  name: string,
  section: Name,
  stateIn: (data: Data<Name>) => State | undefined,
): Service => ({
  name,
  subsystems: [section],
  stateOn: (fleet, node) => {
    const { status, data } = readingOf(fleet, section, node);
    if (!data) return status === 'absent' ? 'absent' : 'unknown';
    return stateIn(data) ?? missingIn(fleet, section, node);
  },
});

const state = (is: boolean | undefined, good: string, bad: string): State | undefined =>
  is === undefined ? undefined : { words: is ? good : bad, isGood: is };
const answering = (is: boolean | undefined): State | undefined => state(is, 'answers', 'no answer');
const running = (is: boolean | undefined): State | undefined => state(is, 'runs', 'down');

const programs: readonly Service[] = [
  defineProgram('rqlite', 'rqlite', ({ responsive }) => answering(responsive)),
  defineProgram('Olric', 'olric', (read) => answering(read.responsive) ?? running(read.service_active)),
  defineProgram('IPFS', 'ipfs', ({ daemon_active: is }) => answering(is)),
  defineProgram('IPFS cluster', 'ipfs', ({ cluster_active: is }) => answering(is)),
  defineProgram('gateway', 'gateway', ({ responsive, http_status: status = 200 }) =>
    responsive === true && status !== 200 ? { words: `HTTP ${status}`, isGood: false } : answering(responsive),
  ),
  defineProgram('WireGuard', 'wireguard', ({ interface_up: is }) => state(is, 'up', 'down')),
  defineProgram('CoreDNS', 'dns', ({ coredns_active: is }) => running(is)),
  defineProgram('Caddy', 'dns', ({ caddy_active: is }) => running(is)),
  defineProgram('Anyone', 'anyone', ({ relay_active: relay, client_active: client }) =>
    running(relay === undefined && client === undefined ? undefined : relay === true || client === true),
  ),
];

/** `site-rqlite` of `site-rqlite.service`; `rqlite.service` is named whole, because the program rqlite has a row of its own. */
function shortNameOf(unit: string): string {
  const name = unit.replace(/\.service$/, '');
  return programs.some((program) => program.name === name) ? unit : name;
}

const defineUnit = (unit: string): Service => ({
  name: shortNameOf(unit),
  subsystems: ['service'],
  stateOn: (fleet, node) => {
    const { status, data } = readingOf(fleet, 'services', node);
    if (!data) return status === 'absent' ? 'absent' : 'unknown';
    const found = data.services?.find(({ name }) => name === unit);
    if (!found) {
      if (data.failed_units?.includes(unit)) return { words: 'failed', isGood: false };
      return data.services ? 'absent' : missingIn(fleet, 'services', node);
    }
    if (found.restart_loop_risk) return { words: 'restarts', isGood: false };
    return { words: found.active_state, isGood: found.active_state === 'active' };
  },
});

/** The services that at least one of the shown nodes has. */
function servicesIn(fleet: Fleet): readonly Service[] {
  const units = new Set(
    shownNodes(fleet).flatMap((node) => {
      const { services = [], failed_units: failed = [] } = readingOf(fleet, 'services', node).data ?? {};
      return [...services.map(({ name }) => name), ...failed];
    }),
  );
  // The name of a unit ends with its type. Without one it is invented, and could be the name of a program, which has a row already.
  const named = [...units].filter((unit) => unit.includes('.'));
  return [...programs, ...named.map(defineUnit)].filter(({ stateOn }) =>
    shownNodes(fleet).some((node) => typeof stateOn(fleet, node) === 'object'),
  );
}

/** The alerts below the matrix are those of these subsystems, which have no view of their own. */
const about = ['ssh', 'service', 'services', 'rqlite', 'olric', 'ipfs', 'gateway', 'anyone'];

export const service = defineView({
  name: 'service',
  summary: 'services × nodes: which program answers where, and which unit is active',

  render: (fleet, screen) => {
    const services = new Map(servicesIn(fleet).map((one) => [one.name, one]));
    const judged = judgedIn(fleet);
    const lines = matrix(
      {
        corner: 'service',
        things: [...services.keys()],
        nodes: matrixNodes(fleet),
        cellOf: (name, node) => {
          const found = services.get(name);
          const is = found?.stateOn(fleet, node) ?? 'absent';
          if (typeof is === 'string') return missingCell(is);
          return is.isGood ? goodCell(is.words) : badCell(is.words, judged(node, ...(found?.subsystems ?? [])));
        },
      },
      screen,
    );
    return [
      ...(services.size === 0 ? ['No node says anything about services.'] : lines),
      ...alertLines(fleet, screen, about),
    ];
  },

  json: (fleet) =>
    documentOf(fleet, {
      services: servicesIn(fleet).map(({ name, stateOn }) => ({
        service: name,
        nodes: Object.fromEntries(
          shownNodes(fleet).map((node) => {
            const is = stateOn(fleet, node);
            return [
              node,
              typeof is === 'string'
                ? { status: is, state: null, good: null }
                : { status: 'ok', state: is.words, good: is.isGood },
            ];
          }),
        ),
      })),
    }),
});
