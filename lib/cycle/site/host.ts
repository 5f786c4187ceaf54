// The simulated site's machines as Hosts: what probes ask of them is computed from the scenario, in the words of the
// programs that would have answered. Nothing is started or waited for; what would hang fails at once, as at its deadline.
import { TimedOut } from '../../contract/errors.ts';
import type { Completed, FilesystemStat, Host, PathStat } from '../../contract/host.ts';
import type { VirtualClock } from './clock.ts';
import {
  absolutePaths as paths,
  checkoutNames,
  checkoutPath,
  dataPath,
  dayFolder,
  gateFile,
  gateNames,
  type Place,
  places,
  powerStore,
  rootOf,
  siteUnits,
  type Stream,
  streams,
} from './layout.ts';
import { powerFile, powerPaths } from './power.ts';
import {
  archiveBegins,
  booted,
  bytesAt,
  checkoutAt,
  dashboardAt,
  day,
  type DiskName,
  diskAt,
  filesOf,
  gateAt,
  hour,
  machineAt,
  minute,
  nextTurn,
  sourceAway,
  unitAt,
  workspaceAway,
} from './scenario.ts';

type OpenSimulated = (name: string, signal: AbortSignal) => Host;

const bootId = '5a1dbf2c-0c1e-4f0e-9a53-2f6c8d0e7b41';

/** What an answer costs, in milliseconds of simulated time. */
const takes = { file: 0.2, program: 3, far: 9, connecting: 7000 };

/** The machines, for one cycle after the other: each opens its own connections. */
export function simulatedSite(clock: VirtualClock): () => OpenSimulated {
  const listings = new Listings();
  return () => openCycle(clock, listings);
}

function openCycle(clock: VirtualClock, listings: Listings): OpenSimulated {
  const connection = { tried: false };
  const open: Record<string, (signal: AbortSignal) => Host> = {
    local: (signal) => localHost(signal, clock, listings),
    source: (signal) => sourceHost(signal, clock, listings, connection),
  };
  return (name, signal) => {
    const host = open[name];
    if (!host) throw new Error(`the simulated site has no machine ${JSON.stringify(name)}`);
    return host(signal);
  };
}

function localHost(signal: AbortSignal, clock: VirtualClock, listings: Listings): Host {
  const at = (): number => clock.now().getTime();
  const file = (path: string): Uint8Array | string => localFile(path, at()) ?? missing(path);
  return {
    name: 'local',
    signal,
    readText: async (path) => {
      clock.pass(takes.file);
      return asText(file(path));
    },
    readBytes: async (path, range) => {
      clock.pass(takes.file);
      const bytes = Buffer.from(file(path));
      return range ? bytes.subarray(range.start, range.start + range.length) : bytes;
    },
    list: async (path) => {
      clock.pass(takes.file);
      const store = powerStore(paths);
      return path === store || path.startsWith(`${store}/`)
        ? namesBelow(
            path,
            powerPaths({ at: at(), shift: 0 }).map((name) => `${store}/${name}`),
          )
        : listings.namesIn(path, ['local', 'gws'], at());
    },
    stat: async (path) => statLocal(path, at()),
    statfs: async (path) => statfsOf(diskOf(path), at()),
    realpath: async (path) => path,
    run: async (argv) => {
      clock.pass(takes.program);
      return runLocal(argv, at(), listings);
    },
    get: async (url) => {
      const { status, ms } = dashboardAt(at());
      clock.pass(ms);
      if (!url.includes(':8501')) throw new Error(`the simulated site has no ${url}`);
      return { status, response_ms: ms };
    },
  };
}

function sourceHost(
  signal: AbortSignal,
  clock: VirtualClock,
  listings: Listings,
  connection: { tried: boolean },
): Host {
  /** Whatever is asked of it goes through one connection. */
  const reach = async <Answer>(answer: (at: number) => Answer): Promise<Answer> => {
    const at = clock.now().getTime();
    if (sourceAway(at)) {
      if (!connection.tried) clock.pass(takes.connecting);
      connection.tried = true;
      throw new Error('source cannot be reached: it does not answer');
    }
    clock.pass(takes.far);
    return answer(at);
  };
  return {
    name: 'source',
    signal,
    readText: (path) => reach(() => (path === '/proc/self/mountinfo' ? sourceMounts : missing(path))),
    readBytes: (path) => reach(() => missing(path)),
    list: (path) => reach((at) => listings.namesIn(path, ['source'], at)),
    stat: (path) =>
      reach((at) => folderStat(at, path === paths.sourceData || isRoot(path, ['source']) || missing(path))),
    statfs: (path) =>
      reach((at) => ({ ...statfsOf(path === '/data' ? 'source-data' : 'root', at), inodes: 0, free_inodes: 0 })),
    realpath: (path) => reach(() => path),
    run: (argv) => reach((at) => runOnSource(argv, at, listings)),
    get: async (url) => {
      throw new Error(`${url} is asked from this machine, not from source`);
    },
  };
}

// Files

function missing(path: string): never {
  throw Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
}

const asText = (content: Uint8Array | string): string =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

const gitConfig = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n';

const fixedFiles: Readonly<Record<string, string>> = {
  '/proc/sys/kernel/random/boot_id': `${bootId}\n`,
  '/sys/devices/system/cpu/online': '0-7\n',
  ...Object.fromEntries(checkoutNames.map((name) => [`${checkoutPath(paths, name)}/.git/config`, gitConfig])),
};

const gateFiles = new Map(gateNames.map((name) => [gateFile(paths, name), name]));

function localFile(path: string, at: number): string | Uint8Array | undefined {
  const fixed = fixedFiles[path];
  if (fixed !== undefined) return fixed;
  const gate = gateFiles.get(path);
  if (gate) return gateText(gate, at, 0);
  const store = `${powerStore(paths)}/`;
  if (path.startsWith(store)) return powerFile(path.slice(store.length), { at, shift: 0 });
  return kernelFile(path, at);
}

/** A gate's summary as its job leaves it; `shift` later than in the scenario. */
export function gateText(name: (typeof gateNames)[number], at: number, shift: number): string {
  const { verdict, decided, counts, reason, torn } = gateAt(name, at);
  const text = JSON.stringify({ verdict, decided_at: new Date(decided + shift).toISOString(), counts, reason });
  return torn ? text.slice(0, text.length / 2) : `${text}\n`;
}

function kernelFile(path: string, at: number): string | undefined {
  const { load, memoryKb, availableKb, oomKills } = machineAt(at);
  const upSeconds = (at - booted) / 1000;
  switch (path) {
    case '/proc/self/mountinfo':
      return localMounts(at);
    case '/proc/loadavg':
      return `${load.toFixed(2)} ${(load * 0.96).toFixed(2)} ${(load * 0.9).toFixed(2)} 2/341 48211\n`;
    case '/proc/meminfo':
      return `MemTotal:       ${memoryKb} kB\nMemAvailable:   ${availableKb} kB\nSwapTotal:      2097152 kB\nSwapFree:       2097152 kB\n`;
    case '/proc/uptime':
      return `${upSeconds.toFixed(2)} ${(upSeconds * 7).toFixed(2)}\n`;
    case '/proc/vmstat':
      return `nr_free_pages ${availableKb / 4}\noom_kill ${oomKills}\n`;
    default:
      return undefined;
  }
}

// Mounts and disks

function localMounts(at: number): string {
  const options = (name: DiskName): string => (diskAt(name, at).readOnly ? 'ro' : 'rw');
  return `24 1 254:1 / / rw,relatime - ext4 /dev/vda1 ${options('root')}
31 24 254:16 / /project rw,relatime - xfs /dev/vdb ${options('project')}
32 24 254:32 / /data rw,relatime - xfs /dev/vdc ${options('data')}
40 24 0:52 / /gws/aurora rw,relatime - nfs4 storage.example:/gws/aurora rw
`;
}

const sourceMounts = `24 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 24 8:17 / /data rw,relatime - ext4 /dev/sdb1 rw
`;

function diskOf(path: string): DiskName {
  if (path.startsWith('/project')) return 'project';
  if (path.startsWith('/data')) return 'data';
  return path.startsWith('/gws') ? 'gws' : 'root';
}

function statfsOf(name: DiskName, at: number): FilesystemStat {
  const { bytes, used, inodesUsed } = diskAt(name, at);
  const block_bytes = 4096;
  const blocks = Math.floor(bytes / block_bytes);
  const free = Math.floor(blocks * (1 - used));
  const inodes = Math.floor(blocks / 4);
  return {
    block_bytes,
    blocks,
    free_blocks: free,
    available_blocks: free,
    inodes,
    free_inodes: Math.floor(inodes * (1 - inodesUsed)),
  };
}

const folderStat = (at: number, _there: true): PathStat => ({
  kind: 'folder',
  size_bytes: 4096,
  modified_at: new Date(Math.floor(at / hour) * hour).toISOString(),
});

const localFolders = new Set(['/project', '/data', '/gws', '/gws/aurora', '/opt', paths.code, '/run/systemd/system']);

function statLocal(path: string, at: number): PathStat {
  if (path === '/run/systemd/timesync/synchronized') return clockStat(at) ?? missing(path);
  if (localFolders.has(path) || isRoot(path, ['local', 'gws'])) return folderStat(at, true);
  const content = localFile(path, at) ?? missing(path);
  return { kind: 'file', size_bytes: content.length, modified_at: new Date(at).toISOString() };
}

/** timesyncd touches its file at every synchronisation, and takes it away when it stops. */
const clockStat = (at: number): PathStat | undefined =>
  machineAt(at).clockSet
    ? { kind: 'file', size_bytes: 0, modified_at: new Date(Math.floor(at / (30 * minute)) * 30 * minute).toISOString() }
    : undefined;

// Streams, as find and listings show them

const rootNames = new Map(
  streams.flatMap((stream) =>
    places.map((place) => [`${place} ${rootOf(paths, stream.name, place)}`, { stream, place }]),
  ),
);

const isRoot = (path: string, where: readonly Place[]): true | undefined =>
  where.some((place) => rootNames.has(`${place} ${path}`)) || undefined;

/** A day's folder of a stream, as `find` prints it: made again only when something in it can have changed. */
class Listings {
  readonly #known = new Map<string, { readonly text: string; readonly from: number; readonly until: number }>();

  /** Undefined where there is no such folder. */
  textOf(folder: string, where: readonly Place[], at: number): string | undefined {
    const key = `${where[0]} ${folder}`;
    const known = this.#known.get(key);
    if (known && known.from <= at && at < known.until) return known.text || undefined;
    const found = findRoot(folder, where);
    if (!found) return undefined;
    const begins = Date.parse(`${folder.slice(found.root.length + 1).replaceAll('/', '-')}T00:00:00Z`);
    if (Number.isNaN(begins)) return undefined;
    const files = filesOf(found.stream, found.place, begins, begins + day);
    const arrivals = files.map(({ arrives }) => arrives).filter((arrives) => arrives > at);
    const text = files.map((file) => entryOf(found.stream, found.place, found.root, file, at)).join('');
    const until = Math.min(nextTurn(at), ...arrivals);
    this.#known.set(key, { text, from: at, until });
    return text || undefined;
  }

  /** Of a stream's root, or a folder of a year or month in it. */
  namesIn(path: string, where: readonly Place[], at: number): string[] {
    const found = findRoot(path, where) ?? missing(path);
    const days: string[] = [];
    for (let time = archiveBegins; time <= at; time += day) {
      const folder = `${found.root}/${dayFolder(time)}`;
      if (folder.startsWith(`${path}/`) && this.textOf(folder, where, at) !== undefined) days.push(folder);
    }
    return namesBelow(path, days);
  }
}

function findRoot(path: string, where: readonly Place[]): { root: string; stream: Stream; place: Place } | undefined {
  for (const stream of streams) {
    for (const place of where) {
      const root = rootOf(paths, stream.name, place);
      if (path === root || path.startsWith(`${root}/`)) return { root, stream, place };
    }
  }
  return undefined;
}

function entryOf(
  stream: Stream,
  place: Place,
  root: string,
  file: ReturnType<typeof filesOf>[number],
  at: number,
): string {
  const bytes = bytesAt(stream, place, file, at);
  if (bytes === undefined) return '';
  return `${(file.written / 1000).toFixed(10)}\t${bytes}\t${root}/${dataPath(stream.name, file.begins)}\0`;
}

function namesBelow(folder: string, all: readonly string[]): string[] {
  const below = all.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  return [...new Set(below.map((path) => path.split('/', 1)[0] ?? path))];
}

// Programs

const printed = (stdout: string): Completed => ({ exit_code: 0, stdout, stderr: '' });

function runLocal(argv: readonly string[], at: number, listings: Listings): Completed {
  const [program] = argv;
  if (program === 'find') return find(argv, ['local', 'gws'], at, listings);
  if (program === 'git') return gitStatus(argv, at);
  if (program === 'systemctl') return argv[1] === 'show' ? showUnits(argv, at) : failedUnits(at);
  if (program === 'timedatectl') return printed(machineAt(at).clockSet ? 'yes\n' : 'no\n');
  if (program === 'sh' && argv[2]?.includes('stat -f')) return statInChild(argv.at(-1) ?? '', at);
  return notInstalled(argv);
}

function runOnSource(argv: readonly string[], at: number, listings: Listings): Completed {
  if (argv[0] === 'true') return printed('');
  return argv[0] === 'find' ? find(argv, ['source'], at, listings) : notInstalled(argv);
}

function notInstalled(argv: readonly string[]): never {
  throw new Error(`${argv.join(' ')} is not installed (ENOENT)`);
}

/** `find -H FOLDER… -maxdepth 1 …`: of a stream's folders, whose files all fit the pattern that is asked for. */
function find(argv: readonly string[], where: readonly Place[], at: number, listings: Listings): Completed {
  let stdout = '';
  let stderr = '';
  for (const folder of argv.slice(2, argv.indexOf('-maxdepth'))) {
    if (folder.startsWith(paths.workspace) && workspaceAway(at)) hang(`a search in ${folder}`);
    const text = listings.textOf(folder, where, at);
    if (text === undefined) stderr += `find: '${folder}': No such file or directory\n`;
    else stdout += text;
  }
  return { exit_code: stderr === '' ? 0 : 1, stdout, stderr };
}

function hang(what: string): never {
  throw new TimedOut(`${what} did not answer within 10s`);
}

function statInChild(path: string, at: number): Completed {
  if (!path.startsWith(paths.workspace)) return notInstalled(['sh', path]);
  if (workspaceAway(at)) hang(`looking at ${path}`);
  const { block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes } = statfsOf('gws', at);
  return printed(`${path}\n${block_bytes} ${blocks} ${free_blocks} ${available_blocks} ${inodes} ${free_inodes}\n`);
}

function gitStatus(argv: readonly string[], at: number): Completed {
  const path = argv[argv.indexOf('-C') + 1];
  const name = checkoutNames.find((known) => checkoutPath(paths, known) === path) ?? notInstalled(argv);
  const { changed, behind } = checkoutAt(name, at);
  const head = [
    'branch.oid 4e1243bd22c66e76c2ba9eddc1f91394e57f9f83',
    'branch.head main',
    'branch.upstream origin/main',
  ];
  const files = Array.from({ length: changed }, (_, index) => `? mended_${index + 1}.py`);
  return printed([...head.map((line) => `# ${line}`), `# branch.ab +0 -${behind}`, ...files, ''].join('\n'));
}

const allUnits = [
  ...siteUnits,
  ...streams.flatMap(({ name }) => [`${name}-sync.timer`, `${name}-process.service`, `${name}-transfer.service`]),
];

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** As systemctl prints the times of timers, whatever it is asked for. */
function prettyTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${weekdays[new Date(ms).getUTCDay()]} ${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function showUnits(argv: readonly string[], at: number): Completed {
  const asked = argv.slice(argv.indexOf('--') + 1);
  return printed(asked.map((name) => `${unitBlock(name, at).join('\n')}\n`).join('\n'));
}

function unitBlock(name: string, at: number): string[] {
  if (!allUnits.includes(name)) return ['LoadState=not-found', 'ActiveState=inactive', 'SubState=dead'];
  const { state, since, restarts, lastRun, nextRun } = unitAt(name, at);
  const timer = name.endsWith('.timer');
  const working = timer ? 'waiting' : 'running';
  const common = [
    'LoadState=loaded',
    `ActiveState=${state}`,
    `SubState=${state === 'active' ? working : state === 'failed' ? 'failed' : 'dead'}`,
    `Result=${state === 'failed' ? 'exit-code' : 'success'}`,
    'UnitFileState=enabled',
    `StateChangeTimestamp=@${Math.floor(since / 1000)}`,
    'ConditionResult=yes',
    `ConditionTimestamp=@${Math.floor(since / 1000)}`,
  ];
  if (!timer)
    return [
      ...common,
      'Type=simple',
      `NRestarts=${restarts}`,
      `ExecMainStartTimestamp=@${Math.floor(since / 1000)}`,
      `ExecMainStatus=${state === 'failed' ? 1 : 0}`,
    ];
  return [
    ...common,
    `Unit=${name.replace('.timer', '.service')}`,
    `LastTriggerUSec=${prettyTime(lastRun)}`,
    `NextElapseUSecRealtime=${state === 'active' ? prettyTime(nextRun) : ''}`,
    'NextElapseUSecMonotonic=infinity',
  ];
}

function failedUnits(at: number): Completed {
  const failed = allUnits.filter((name) => unitAt(name, at).state === 'failed');
  return printed(failed.map((name) => `${name} loaded failed failed ${name}\n`).join(''));
}
