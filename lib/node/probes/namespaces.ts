// Asks rqlite, Olric and the gateway of each namespace: instances of their units, or addresses of the configuration.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { listed, readingReason } from '../../core/text.ts';
import { valueAtKey } from '../../parse/json.ts';
import { askText, isResponsive, textAt } from '../ask.ts';
import { askMembers } from '../ask-olric.ts';
import { askStatus, readReady } from '../ask-rqlite.ts';
import type { NodeConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import {
  type Address,
  addressIn,
  askFirst,
  findPrograms,
  type Found,
  isActive,
  ofInstance,
  serverOf,
  urlOf,
} from '../find.ts';
import { type Kind, kinds } from '../kinds.ts';
import { namespaces as section } from '../sections/namespaces.ts';

const usualPorts = { rqlite: 4001, olric: 3320, gateway: 6001 };
const healthPath = '/v1/health';
const seconds = 3;
/** Namespaces that are asked: each has up to three programs. */
const mostNamespaces = 100;

type Configured = NodeConfig['node']['namespaces'][string];
type Asked = keyof typeof usualPorts;
/** The programs of namespaces. Of SFU and TURN servers only the unit is looked at. */
type Programs = { readonly [Name in Asked | 'sfu' | 'turn']: Found | undefined };

/** How far above `port_base` a program of a namespace listens. */
const distances = { olric: 2, gateway: 4 };

export const namespaces = defineProbe({
  name: 'namespaces',
  summary: 'rqlite, Olric and gateway of each namespace',
  section,

  async read({ host: open, config, run }) {
    const host = open();
    const { namespaces: configured } = config.node;
    const programs = await findAll(host, run);
    const found = Object.values(programs).flatMap((one) => one?.units.flatMap(({ instance }) => instance ?? []) ?? []);
    const names = [...new Set([...Object.keys(configured), ...found])].toSorted();
    if (names.length === 0)
      throw new Absent('no unit of rqlite, Olric or a gateway has instances, and node.namespaces names none');
    const all = await Promise.all(
      names
        .slice(0, mostNamespaces)
        .map((name) =>
          readNamespace(host, run, name, Object.hasOwn(configured, name) ? configured[name] : undefined, programs),
        ),
    );
    const problems = Object.assign({}, ...all.map((one) => one.problems)) as Record<string, string>;
    if (names.length > mostNamespaces)
      problems['the rest'] = `${names.length} namespaces, of which ${mostNamespaces} are asked`;
    return { namespaces: all.map((one) => one.fields), ...(Object.keys(problems).length === 0 ? {} : { problems }) };
  },
});

async function findAll(host: Host, run: object | undefined): Promise<Programs> {
  const find = (kind: Kind) =>
    findPrograms(host, run, kind).catch((error: unknown) => {
      if (error instanceof Absent) return undefined;
      throw error;
    });
  const { rqlite, olric, gateway, sfu, turn } = kinds;
  const found = await Promise.all([rqlite, olric, gateway, sfu, turn].map(find));
  return { rqlite: found[0], olric: found[1], gateway: found[2], sfu: found[3], turn: found[4] };
}

/** The addresses of a namespace of the configuration. */
function addressesIn({ port_base: base, ...named }: Configured): Omit<Configured, 'port_base'> {
  if (base === undefined) return named;
  return {
    rqlite: `http://127.0.0.1:${base}`,
    olric: `127.0.0.1:${base + distances.olric}`,
    gateway: `http://127.0.0.1:${base + distances.gateway}${healthPath}`,
    ...withoutUndefined(named),
  };
}

/** The port of rqlite, where another program of the namespace listens at its usual distance from it. */
function portBaseOf(rqlite: string | undefined, olric: Address | undefined, gateway: string | undefined) {
  const portOf = (url: string | undefined): number => Number(URL.parse(url ?? '')?.port || Number.NaN);
  const base = portOf(rqlite);
  const isBase = olric?.port === base + distances.olric || portOf(gateway) === base + distances.gateway;
  return isBase ? base : undefined;
}

async function readNamespace(
  host: Host,
  run: object | undefined,
  name: string,
  configured: Configured | undefined,
  programs: Programs,
) {
  const problems: Record<string, string> = {};
  const own = configured && addressesIn(configured);
  /** The answer of a program, and whether it answers; neither where the namespace has no such program. */
  async function ask<Where, Answer>(
    program: Asked,
    named: Where | undefined,
    placeOf: (address: Address) => Where,
    question: (place: Where, within: number) => Promise<Answer>,
  ): Promise<{ up?: boolean | undefined; place?: Where; answer?: Answer }> {
    const found = programs[program];
    const part = found && ofInstance(found, name);
    if (named === undefined && (part === undefined || part.units.length === 0)) return {};
    const server =
      named === undefined && part
        ? await serverOf(host, run, part, kinds[program], usualPorts[program], placeOf)
        : { places: named === undefined ? [] : [named], seconds, foundBy: 'the configuration' };
    const { place, attempt } = await askFirst(server, question);
    if ('answer' in attempt) return { up: true, answer: attempt.answer, ...(place === undefined ? {} : { place }) };
    problems[`${name}, ${program}`] = readingReason(attempt.failure);
    return { up: isResponsive(attempt.failure) };
  }
  const [rqlite, olric, gateway] = await Promise.all([
    ask('rqlite', own?.rqlite, urlOf, async (base, within) => {
      const limits = { seconds: within, authorization: undefined };
      const [status, ready] = await Promise.all([
        askStatus(host, base, limits),
        readReady(host, base, limits).catch((error: unknown) => {
          problems[`${name}, rqlite, ready`] = readingReason(error);
          return undefined;
        }),
      ]);
      return { state: textAt(valueAtKey(status, 'store.raft.state')), ready: ready?.ready };
    }),
    ask(
      'olric',
      own?.olric === undefined ? undefined : addressIn(own.olric),
      (address) => address,
      (address, within) => askMembers(host, address, within, undefined),
    ),
    ask(
      'gateway',
      own?.gateway,
      (address) => `${urlOf(address)}${healthPath}`,
      async (url, within) => (await askText(host, url, { seconds: within })).status,
    ),
  ]);
  const runs = (program: 'sfu' | 'turn'): boolean | undefined => {
    const found = programs[program] && ofInstance(programs[program], name);
    return found === undefined || found.units.length === 0 ? undefined : isActive(found);
  };
  const units = Object.values(programs).flatMap((one) =>
    one ? ofInstance(one, name).units.map((unit) => `the unit ${unit.name}`) : [],
  );
  return {
    problems,
    fields: withoutUndefined({
      name,
      found_by: configured ? 'the configuration' : listed(units),
      port_base: configured?.port_base ?? portBaseOf(rqlite.place, olric.place, gateway.place),
      rqlite_up: rqlite.up,
      rqlite_state: rqlite.answer?.state,
      rqlite_ready: rqlite.answer?.ready,
      olric_up: olric.up,
      gateway_up: gateway.up,
      gateway_status: gateway.answer,
      sfu_up: runs('sfu'),
      turn_up: runs('turn'),
    }),
  };
}
