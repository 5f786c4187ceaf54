// Finds the processes of each service: by its unit, its pid file, or a command line.
import type { Host } from '../contract/host.ts';
import { isMissing } from '../contract/errors.ts';
import { firstLine, readingReason, wildcard } from '../core/text.ts';
import { parsePasswd } from '../parse/passwd.ts';
import { parseCgroupCpu, parseUserId, type ProcessStat } from '../parse/proc.ts';
import { parseCount, parseShow, type UnitProperties } from '../parse/systemctl.ts';
import type { Service } from './config.ts';
import {
  isRunning,
  type Processes,
  readAllProcesses,
  readCommandLine,
  readProcesses,
  treesOf,
  unlessGone,
} from '../engine/processes.ts';

export interface Found {
  /** Zombies are included: their CPU time is not yet counted for their parent. */
  readonly processes: readonly ProcessStat[];
  /** The main processes; empty where the service does not run. */
  readonly roots: readonly ProcessStat[];
  /** Why the service does not run. */
  readonly reason?: string;
  /** systemd's count of restarts. */
  readonly restarts?: number | undefined;
  /** CPU time of the unit's control group; `start` tells one start of the unit from another. */
  readonly cgroup?: { readonly start: string; readonly seconds: number } | undefined;
}

export type FindService = (service: Service) => Promise<Found>;

/** All units are asked for at once, and all processes are read once, where a service needs that. */
export function serviceFinder(host: Host, services: readonly Service[]): FindService {
  const units = [...new Set(services.flatMap(({ unit }) => unit ?? []))];
  const shown = units.length === 0 ? undefined : showUnits(host, units);
  const isTree = services.some(({ unit }) => unit === undefined);
  const all = isTree ? readAllProcesses(host) : undefined;
  const needsCommands = services.some((service) => service['command-line'] !== undefined);
  const commands = needsCommands && all ? all.then((processes) => readCommands(host, processes)) : undefined;
  // Each service that needs a failed one reports it; without these lines a rejection nobody awaits yet would end the process.
  for (const promise of [shown, all, commands]) promise?.catch(() => undefined);
  return async (service) => {
    const { unit, 'pid-file': pidFile, 'command-line': pattern = '', user } = service;
    if (unit !== undefined) return findUnit(host, unit, (await shown)?.get(unit) ?? {});
    const processes = (await all) ?? new Map<number, ProcessStat>();
    const ofUser = (pids: readonly number[]) => pidsOfUser(host, user, pids);
    if (pidFile !== undefined) return findByPid(await readPid(host, pidFile), pidFile, { processes, ofUser });
    return findByCommand(pattern, (await commands) ?? { lines: new Map(), unread: [] }, { processes, ofUser });
  };
}

const properties =
  'LoadState,ActiveState,SubState,Result,ControlGroup,NRestarts,MainPID,InactiveExitTimestampMonotonic,ConditionTimestamp';

async function showUnits(host: Host, units: readonly string[]): Promise<ReadonlyMap<string, UnitProperties>> {
  const shown = await host.run(['systemctl', 'show', '--timestamp=unix', `--property=${properties}`, '--', ...units]);
  if (shown.exit_code !== 0)
    throw new Error(`systemctl show failed: ${firstLine(shown.stderr) || `exit code ${shown.exit_code}`}`);
  return parseShow(shown.stdout, units);
}

async function findUnit(host: Host, unit: string, properties: UnitProperties): Promise<Found> {
  const text = (name: string): string => properties[name] ?? '';
  const restarts = parseCount(properties['NRestarts']);
  if (text('LoadState') === '') throw new Error(`systemctl show left out the state of ${unit}`);
  if (text('LoadState') === 'not-found') return none(`systemd knows no unit ${unit}`);
  const state = `${text('ActiveState')} (${text('SubState')}${text('Result') === '' || text('Result') === 'success' ? '' : `, ${text('Result')}`})`;
  const group = text('ControlGroup');
  const processes = group === '' ? [] : await groupProcesses(host, group);
  const main = Number(text('MainPID'));
  const alive = processes.filter(isRunning);
  if (alive.length === 0) return { ...none(`${unit} is ${state}, without a process`), restarts };
  const roots = alive.filter(({ pid }) => pid === main);
  // A restart by hand does not count as a restart, and one by systemd does not leave the active state in every version.
  const start = `${text('InactiveExitTimestampMonotonic')} ${restarts ?? ''}`;
  const seconds = await host
    .readText(`/sys/fs/cgroup${group}/cpu.stat`)
    .then(parseCgroupCpu)
    .catch(() => undefined);
  return {
    processes,
    roots: roots.length > 0 ? roots : oldestOf(alive),
    restarts,
    cgroup: seconds === undefined ? undefined : { start, seconds },
  };
}

const none = (reason: string): Found => ({ processes: [], roots: [], reason });

const oldestOf = (processes: readonly ProcessStat[]): ProcessStat[] =>
  processes.toSorted((a, b) => a.started - b.started || a.pid - b.pid).slice(0, 1);

/** Version 2 of control groups, and version 1 where systemd has a hierarchy of its own. */
const cgroupRoots = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];
const mostGroups = 1000;
const ownFile =
  /^(cgroup|cpu|cpuset|cpuacct|memory|io|blkio|pids|hugetlb|rdma|misc|irq|devices|freezer)\.|^(tasks|notify_on_release)$/;

async function groupProcesses(host: Host, group: string): Promise<ProcessStat[]> {
  for (const root of cgroupRoots) {
    const pids = await pidsBelow(host, `${root}${group}`);
    if (!pids) continue;
    const processes = [...(await readProcesses(host, pids)).values()];
    // Processes that this user may not see may run all the same.
    if (pids.length > 0 && processes.length === 0)
      throw new Error(
        `none of the ${pids.length} processes of the control group ${group} can be seen: /proc is mounted with hidepid, or they are of another PID namespace`,
      );
    return processes;
  }
  throw new Error(`the control group ${group} is not below ${cgroupRoots.join(' or ')}`);
}

/** The processes of a control group and of those below it; undefined where there is no such group. */
async function pidsBelow(host: Host, folder: string): Promise<number[] | undefined> {
  const pids: number[] = [];
  const waiting = [folder];
  for (let count = 0; waiting.length > 0; count++) {
    if (count >= mostGroups) throw new Error(`${folder} has more than ${mostGroups} control groups`);
    const path = waiting.shift() ?? '';
    let text;
    try {
      // As bytes: a kernel file that is read as text is cut off at 4 kB.
      text = asciiText(await host.readBytes(`${path}/cgroup.procs`));
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (path === folder) return undefined;
      continue;
    }
    // 0 is a process of another PID namespace, which cannot be seen.
    pids.push(
      ...text
        .split('\n')
        .filter((line) => line !== '')
        .map(Number),
    );
    const names = await host.list(path).catch((error: unknown) => {
      if (isMissing(error)) return []; // it ended meanwhile
      throw error;
    });
    waiting.push(...names.filter((name) => !ownFile.test(name)).map((name) => `${path}/${name}`));
  }
  return pids;
}

/** Making a TextDecoder costs a tenth of a start of Node. */
function asciiText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Undefined where there is no such file. */
async function readPid(host: Host, path: string): Promise<number | undefined> {
  let text;
  try {
    text = asciiText(await host.readBytes(path, { start: 0, length: 64 }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const pid = /^\s*(\d{1,10})\s*(?:\n|$)/.exec(text)?.[1];
  if (pid === undefined || Number(pid) === 0)
    // Its owner may have linked it to a file that only we may read.
    throw new Error(`${path} does not begin with the id of a process`);
  return Number(pid);
}

/** Those of the processes that belong to the user; without a user, all. */
async function pidsOfUser(host: Host, user: Service['user'], pids: readonly number[]): Promise<number[]> {
  if (user === undefined || pids.length === 0) return [...pids];
  const id = typeof user === 'number' ? user : await idOfUser(host, user);
  const own = await Promise.all(
    pids.map((pid) => unlessGone(async () => parseUserId(await host.readText(`/proc/${pid}/status`)))),
  );
  return pids.filter((_, index) => own[index] === id);
}

async function idOfUser(host: Host, name: string): Promise<number> {
  const user = parsePasswd(await host.readText('/etc/passwd')).find((one) => one.name === name);
  if (!user) throw new Error(`there is no user ${name} in /etc/passwd: if another service knows it, give its number`);
  return user.id;
}

interface Candidates {
  readonly processes: Processes;
  readonly ofUser: (pids: readonly number[]) => Promise<readonly number[]>;
}

async function findByPid(pid: number | undefined, path: string, { processes, ofUser }: Candidates): Promise<Found> {
  if (pid === undefined) return none(`its pid file ${path} does not exist`);
  const root = processes.get(pid);
  if (!root || !isRunning(root)) return none(`there is no process ${pid}, which its pid file ${path} names`);
  if ((await ofUser([pid])).length === 0)
    return none(`the process ${pid}, which its pid file ${path} names, is of another user`);
  return { processes: treesOf([pid], processes), roots: [root] };
}

interface Commands {
  readonly lines: ReadonlyMap<number, string>;
  /** Why some command lines could not be read. */
  readonly unread: readonly string[];
}

async function readCommands(host: Host, processes: Processes): Promise<Commands> {
  const lines = new Map<number, string>();
  const unread: string[] = [];
  await Promise.all(
    [...processes.values()].map(async (process) => {
      const { pid, isKernels } = process;
      if (isKernels || !isRunning(process)) return;
      try {
        const line = await readCommandLine(host, pid);
        if (line !== undefined && line !== '') lines.set(pid, line);
      } catch (error) {
        unread.push(readingReason(error));
      }
    }),
  );
  return { lines, unread };
}

async function findByCommand(
  pattern: string,
  { lines, unread }: Commands,
  { processes, ofUser }: Candidates,
): Promise<Found> {
  const matches = wildcard(pattern);
  const everyone = [...lines].flatMap(([pid, line]) => (matches.test(line) ? [pid] : []));
  const fitting = new Set(await ofUser(everyone));
  const [unreadable] = unread;
  if (fitting.size === 0 && unreadable !== undefined)
    throw new Error(`no command line fits ${pattern}, and ${unread.length} could not be read: ${unreadable}`);
  if (fitting.size === 0)
    return none(
      everyone.length === 0
        ? `no process has a command line that fits ${pattern}`
        : `only processes of other users have a command line that fits ${pattern}`,
    );
  const found = treesOf([...fitting], processes);
  const isBelow = ({ parent }: ProcessStat): boolean => found.some(({ pid }) => pid === parent);
  const roots = found.filter((process) => fitting.has(process.pid) && !isBelow(process));
  return { processes: found, roots };
}
