// Finds the programs of the node by their kind: units, processes and listening ports, each listed once for all sections.
import { Absent, isMissing, NoAnswer } from '../contract/errors.ts';
import type { Completed, Host } from '../contract/host.ts';
import { withDeadline } from '../engine/deadline.ts';
import { isRunning, readProcesses, unlessGone } from '../engine/processes.ts';
import { firstLine, listed } from '../core/text.ts';
import { type ListeningPort, parseSs } from '../parse/netstat.ts';
import type { ProcessStat } from '../parse/proc.ts';
import { parseShow, parseUnits, type UnitProperties, type UnitState } from '../parse/systemctl.ts';
import { type Kind, kindNames } from './kinds.ts';

/** Lists that all probes of one run share: each costs a child process. */
interface Node {
  readonly units: Promise<readonly UnitState[]>;
  readonly processes: Promise<readonly ProcessStat[]>;
  readonly ports: Promise<readonly ListeningPort[]>;
  readonly properties: Map<string, Promise<ReadonlyMap<string, UnitProperties>>>;
}

const nodes = new WeakMap<object, Node>();

/** `run` is the identity of one run of the probes. */
function nodeOf(host: Host, run: object = host): Node {
  const node = nodes.get(run) ?? {
    units: listUnits(host),
    processes: listProcesses(host),
    ports: listPorts(host),
    properties: new Map<string, never>(),
  };
  nodes.set(run, node);
  // A probe that uses a list gets its error; without this line the error of a list that no probe uses would end the process.
  for (const list of [node.units, node.processes, node.ports]) list.catch(() => undefined);
  return node;
}

/** The units that systemd has loaded; throws Absent where this machine was not booted with systemd. */
export const unitsOf = (host: Host, run: object | undefined) => nodeOf(host, run).units;

/** The sockets that wait for connections, and those of UDP. */
export const portsOf = (host: Host, run: object | undefined) => nodeOf(host, run).ports;

export async function refuseWithoutSystemd(host: Host): Promise<void> {
  await host.stat('/run/systemd/system').catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Absent('this machine was not booted with systemd', { cause: error });
  });
}

async function listUnits(host: Host): Promise<readonly UnitState[]> {
  await refuseWithoutSystemd(host);
  return parseUnits(await succeed(host, ['systemctl', 'list-units', '--all', '--plain', '--full', '--no-pager']));
}

async function listProcesses(host: Host): Promise<readonly ProcessStat[]> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return [...(await readProcesses(host, pids)).values()].filter((one) => isRunning(one) && !one.isKernels);
}

const listPorts = async (host: Host): Promise<readonly ListeningPort[]> =>
  parseSs(await succeed(host, ['ss', '-H', '-ltnup']));

const commandMs = 4000;

export const runProgram = (host: Host, argv: readonly string[]): Promise<Completed> =>
  withDeadline(commandMs, argv.slice(0, 4).join(' '), () => host.run(argv));

/** What a program prints; throws where it fails, or hangs. */
export async function succeed(host: Host, argv: readonly string[]): Promise<string> {
  const { exit_code, stdout, stderr } = await runProgram(host, argv);
  if (exit_code === 0) return stdout;
  throw new Error(`${argv.slice(0, 4).join(' ')}: ${firstLine(stderr) || `exit code ${exit_code}`}`);
}

/** Whether a unit is of a kind that the report finds by itself. */
const isOfSomeKind = (unit: string): boolean => kindNames.some((kind) => kind.units.test(baseOf(unit)));

const properties =
  'LoadState,ActiveState,SubState,UnitFileState,NRestarts,ActiveEnterTimestampMonotonic,MemoryCurrent,CPUUsageNSec,MainPID,ConditionTimestamp';

/** Properties of the units of all kinds, and of the units `more`. */
export async function propertiesOf(
  host: Host,
  run: object | undefined,
  more: readonly string[],
): Promise<ReadonlyMap<string, UnitProperties>> {
  const node = nodeOf(host, run);
  const found = await node.units;
  const units = [...new Set([...more, ...found.flatMap(({ name }) => (isOfSomeKind(name) ? [name] : []))])].toSorted();
  const key = units.join(' ');
  const known = node.properties.get(key) ?? show(host, units);
  node.properties.set(key, known);
  return known;
}

const show = async (host: Host, units: readonly string[]): Promise<ReadonlyMap<string, UnitProperties>> =>
  units.length === 0
    ? new Map()
    : parseShow(
        await succeed(host, ['systemctl', 'show', '--timestamp=unix', `--property=${properties}`, '--', ...units]),
        units,
      );

export interface Found {
  /** The units of the kind. `rqlite@alice.service` has the instance `alice`. */
  readonly units: readonly (UnitState & { readonly instance?: string })[];
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly unit?: string }[];
  /** How the kind was found, in words. */
  readonly because: string;
}

export const isActive = ({ units, processes }: Found): boolean =>
  processes.length > 0 || units.some(({ active }) => active === 'active');

/** The units and running processes of a kind; throws Absent where there are none. */
export async function findPrograms(host: Host, run: object | undefined, kind: Kind): Promise<Found> {
  const node = nodeOf(host, run);
  const allUnits = await node.units.catch((error: unknown) => {
    if (error instanceof Absent) return [];
    throw error;
  });
  const units = allUnits.flatMap((unit) => {
    const [, instance] = /@([^.]+)\.[a-z]+$/.exec(unit.name) ?? [];
    return unit.load !== 'not-found' && kind.units.test(baseOf(unit.name))
      ? [{ ...unit, ...(instance === undefined ? {} : { instance }) }]
      : [];
  });
  const all = await node.processes;
  const named = all.filter(({ name }) => kind.processes.includes(name));
  const unitOfMain = units.length === 0 ? new Map<number, string>() : await mainProcesses(host, run, units);
  const pids = new Set([...unitOfMain.keys(), ...named.map(({ pid }) => pid)]);
  const ours = await networkOf(host, 'self');
  const seen = await Promise.all(
    all
      .filter(({ pid }) => pids.has(pid))
      .map(async ({ pid, name }) => {
        const network = unitOfMain.has(pid) ? ours : await networkOf(host, pid);
        const isElsewhere = network !== undefined && ours !== undefined && network !== ours;
        return { isElsewhere, process: { pid, name, ...(await unitOf(host, pid, unitOfMain.get(pid))) } };
      }),
  );
  const processes = seen.flatMap(({ isElsewhere, process }) => (isElsewhere ? [] : [process]));
  if (units.length === 0 && processes.length === 0)
    throw new Absent(
      seen.length === 0
        ? `no unit and no process of ${kind.noun} is on this node, and the configuration names none`
        : `${kind.noun} runs in a container or a network of its own only: name its address, if this node should report it`,
    );
  const words = [
    ...units.map(({ name }) => `the unit ${name}`),
    ...processes.filter(({ unit }) => unit === undefined).map(({ pid, name }) => `the process ${name} (${pid})`),
  ];
  return { units, processes, because: listed(words) };
}

/** Whether a process is the main process of its unit; false where it belongs to none. */
export async function isMainProcess(host: Host, run: object | undefined, pid: number): Promise<boolean> {
  const { unit } = await unitOf(host, pid, undefined);
  if (unit === undefined) return false;
  const shown = (await propertiesOf(host, run, [unit])).get(unit);
  return Number(shown?.['MainPID']) === pid;
}

/** Identity of the network namespace of a process, by which programs in containers are told from those of the node. Undefined where this
 * user may not see it. */
const networkOf = (host: Host, pid: number | 'self'): Promise<string | undefined> =>
  host.stat(`/proc/${pid}/ns/net`).then(
    ({ target }) => target,
    () => undefined,
  );

/** Id of the main process → unit. */
async function mainProcesses(
  host: Host,
  run: object | undefined,
  units: readonly UnitState[],
): Promise<ReadonlyMap<number, string>> {
  const shown = await propertiesOf(host, run, []);
  return new Map(
    units.map(({ name }) => [Number(shown.get(name)?.['MainPID']), name] as const).filter(([pid]) => pid > 0),
  );
}

/** The unit of a process is the last part of the path of its control group that is a service: in the hierarchy `0::`, or, of control
 * groups of version 1, in systemd's own. */
async function unitOf(host: Host, pid: number, known: string | undefined): Promise<{ unit?: string }> {
  if (known !== undefined) return { unit: known };
  const text = await unlessGone(() => host.readText(`/proc/${pid}/cgroup`)).catch(() => undefined);
  const unit = /^(?:0:|\d+:name=systemd):.*\/([^/\n]+\.service)(?:\/|$)/m.exec(text ?? '')?.[1];
  return unit === undefined ? {} : { unit };
}

/** `rqlite@alice.service` → `rqlite`. */
const baseOf = (unit: string): string => (unit.endsWith('.service') ? unit.slice(0, -8).replace(/@.*$/s, '') : '');

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Addresses where these processes listen by TCP, the usual port first. A user who may not see which program listens where gets only the
 * usual port, if something listens there. */
export async function addressesOf(
  host: Host,
  run: object | undefined,
  pids: readonly number[],
  usual: number,
): Promise<readonly Address[]> {
  const ports = (await nodeOf(host, run).ports).filter(({ proto }) => proto === 'tcp');
  const own = ports.filter(({ pid }) => pid !== undefined && pids.includes(pid));
  const unseen = ports.filter(({ pid, port }) => pid === undefined && port === usual);
  const found = own.length > 0 ? own : unseen;
  const byPort = new Map(
    found
      .toSorted((a, b) => Number(b.port === usual) - Number(a.port === usual) || a.port - b.port)
      .map(({ address, port }) => [port, { host: reachable(address), port }]),
  );
  return [...byPort.values()].slice(0, mostAsked);
}

/** Ports of one program that are asked: a program may listen on thousands. */
const mostAsked = 8;

/** The address at which this machine reaches a socket that listens on `address`. */
function reachable(address: string): string {
  const plain = address.replace(/%.*$/s, '');
  if (plain === '*' || plain === '0.0.0.0') return '127.0.0.1';
  return plain === '::' ? '::1' : plain;
}

/** `host:port` of the configuration. */
export function addressIn(text: string): Address {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { host: host.replaceAll(/^\[|\]$/g, ''), port: Number(port) };
}

export const urlOf = ({ host, port }: Address): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Time for one question to a program. */
const questionSeconds = 3;

export interface Server<Where> {
  /** Where the program may answer, the likeliest place first. */
  readonly places: readonly Where[];
  /** Time for one question: where several places must be tried, they share the time of the section. */
  readonly seconds: number;
  readonly foundBy: string;
  /** Why there is no place to ask. */
  readonly failure?: Error;
}

/** Where the program of a kind answers: as configured, or found by its units, processes and ports. Throws Absent where this node
 * has no such program. */
export async function findServer<Where = string>(
  host: Host,
  run: object | undefined,
  kind: Kind,
  usualPort: number,
  configured: Where | undefined,
  placeOf: (address: Address) => Where = urlOf as (address: Address) => Where,
): Promise<Server<Where>> {
  if (configured !== undefined) return { places: [configured], seconds: questionSeconds, foundBy: 'the configuration' };
  const found = withoutInstances(await findPrograms(host, run, kind), kind);
  return serverOf(host, run, found, kind, usualPort, placeOf);
}

export async function serverOf<Where>(
  host: Host,
  run: object | undefined,
  { units, processes, because }: Found,
  kind: Kind,
  usualPort: number,
  placeOf: (address: Address) => Where,
): Promise<Server<Where>> {
  const none = { places: [], seconds: questionSeconds, foundBy: because };
  if (processes.length === 0) {
    const states = units.map(({ name, active, sub }) => `${name} is ${active} (${sub})`);
    return { ...none, failure: new NoAnswer(`no process of ${kind.noun} runs: ${listed(states)}`) };
  }
  try {
    const pids = processes.map(({ pid }) => pid);
    const addresses = await addressesOf(host, run, pids, usualPort);
    const shares = addresses.length > 1;
    const failure = new Error(
      `${kind.noun} listens on no port that this user can see: name its address, or run as root`,
    );
    return {
      ...none,
      places: addresses.map(placeOf),
      seconds: shares ? questionSeconds / 2 : questionSeconds,
      ...(addresses.length === 0 ? { failure } : {}),
    };
  } catch (error) {
    return { ...none, failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

type Attempt<Answer> = { readonly answer: Answer } | { readonly failure: unknown };

/** The first place that answers, with its answer. `ask` throws where the answer is not that of the program looked for. */
export async function askFirst<Where, Answer>(
  { places, seconds, failure }: Server<Where>,
  ask: (place: Where, seconds: number) => Promise<Answer>,
): Promise<{ readonly place?: Where; readonly attempt: Attempt<Answer> }> {
  const [first, ...others] = places;
  if (first === undefined) return { attempt: { failure } };
  const askOne = async (place: Where) => ({ place, attempt: { answer: await ask(place, seconds) } });
  try {
    return await askOne(first);
  } catch (error) {
    return Promise.any(others.map(askOne)).catch(() => ({ place: first, attempt: { failure: error } }));
  }
}

/** Of the units and processes that were found, those of one instance. */
export function ofInstance({ units, processes }: Found, name: string): Found {
  const own = units.filter(({ instance }) => instance === name);
  return {
    units: own,
    processes: processes.filter(({ unit }) => own.some((one) => one.name === unit)),
    because: listed(own.map((one) => `the unit ${one.name}`)),
  };
}

/** Of the units and processes that were found, those of no instance: instances are the programs of namespaces. */
export function withoutInstances(found: Found, kind: Kind): Found {
  const isInstance = (unit = ''): boolean => unit.includes('@');
  const units = found.units.filter(({ instance }) => instance === undefined);
  const processes = found.processes.filter(({ unit }) => !isInstance(unit));
  if (units.length > 0 || processes.length > 0) return { ...found, units, processes };
  throw new Absent(`${kind.noun} is on this node in namespaces only`);
}
