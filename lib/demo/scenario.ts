// Computes the state of the simulated site at an instant from the time and the list of faults, with a seeded hash in
// place of random numbers. No state is kept, so instants can be computed in any order, any number of times.
import { type Fault, type FaultKind, faultName, faults, monthStart } from './faults.ts';
import { type CheckoutName, type GateName, type Place, type Stream, streams } from './layout.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The oldest data in the archive begin here. */
export const archiveBegins = monthStart - 12 * day;

/** Maps whole numbers to [0, 1); the same input gives the same result in every run. */
export function noise(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

const byName = Map.groupBy(faults, faultName);

/** The fault of that subject and kind that is active at that time. */
export function faultAt(subject: string, kind: FaultKind, at: number): Fault | undefined {
  return byName.get(`${subject} ${kind}`)?.find(({ begins, ends }) => begins <= at && at < ends);
}

const hasFault = (subject: string, kind: FaultKind, at: number): boolean => faultAt(subject, kind, at) !== undefined;

/** Rises from 0 to 1 and stays at 1 until the fault ends: for a fault that grows slowly and is repaired at once. */
function rampUp(subject: string, kind: FaultKind, at: number): number {
  const found = faultAt(subject, kind, at);
  return found ? Math.min(1, (at - found.begins) / (0.8 * (found.ends - found.begins))) : 0;
}

/** Rises from 0 to 1 and falls back to 0: for a fault that comes and goes slowly. */
function riseAndFall(subject: string, kind: FaultKind, at: number): number {
  const found = faultAt(subject, kind, at);
  return found ? Math.sin((Math.PI * (at - found.begins)) / (found.ends - found.begins)) : 0;
}

export interface DataFile {
  readonly begins: number;
  /** Modification time at the source; a copy keeps it. */
  readonly written: number;
  /** When the file appears at this place. */
  readonly arrives: number;
  /** Size at the source. */
  readonly bytes: number;
}

export const sourceUnreachable = (at: number): boolean => hasFault('source', 'is unreachable', at);
export const workspaceUnreachable = (at: number): boolean => hasFault('gws', 'is unreachable', at);

/** The stream's files whose data begin in [from, to), except those that a fault kept from being written. */
export function filesOf(stream: Stream, place: Place, from: number, to: number): DataFile[] {
  const every = stream.everyMinutes * minute;
  const files: DataFile[] = [];
  for (let begins = Math.ceil(Math.max(from, archiveBegins) / every) * every; begins < to; begins += every) {
    const file = fileOf(stream, place, begins);
    if (file) files.push(file);
  }
  return files;
}

const keyOf = (stream: Stream): number => streams.indexOf(stream);

function fileOf(stream: Stream, place: Place, begins: number): DataFile | undefined {
  const key = keyOf(stream);
  const slot = begins / minute;
  const written = begins + stream.everyMinutes * minute + Math.floor(noise(1, key, slot) * 40_000);
  if (hasFault(stream.name, 'writes nothing', written)) return undefined;
  const empty = hasFault(stream.name, 'writes empty files', written);
  const bytes = empty ? 0 : Math.floor(stream.bytes * (0.9 + 0.2 * noise(2, key, slot)));
  return { begins, written, arrives: arrivalOf(stream, place, slot, written), bytes };
}

/** Transfer times without a fault, in minutes: the shortest, and the length of the range above it. */
const travel = { source: [0, 0], local: [4, 6], gws: [12, 14] } as const;

function arrivalOf(stream: Stream, place: Place, slot: number, written: number): number {
  if (place === 'source') return written;
  const [least, spread] = travel[place];
  const wait = (least + spread * noise(3, keyOf(stream), slot, least)) * minute;
  const held =
    faultAt(`${stream.name}.${place}`, 'receives nothing', written + wait) ??
    faultAt('source', 'is unreachable', written + wait) ??
    (place === 'gws' ? faultAt('gws', 'is unreachable', written + wait) : undefined);
  return (held ? held.ends : written) + wait;
}

/** Number of bytes of a file that are present at a place; undefined where the file is missing there. */
export function bytesAt(stream: Stream, place: Place, file: DataFile, at: number): number | undefined {
  if (file.arrives > at) return undefined;
  if (place === 'source') return file.bytes;
  const slot = file.begins / minute;
  const copy = `${stream.name}.${place}`;
  const lost = faultAt(copy, 'loses files', at);
  if (lost && file.begins < lost.begins && noise(4, keyOf(stream), slot) < 0.12) return undefined;
  const cut = faultAt(copy, 'cuts files short', at);
  if (cut && file.begins < cut.begins && noise(5, keyOf(stream), slot) < 0.04) return Math.floor(file.bytes / 3);
  return file.bytes;
}

/** When the next fault begins or ends. Until then a folder's content changes only by arriving files. */
export const nextFaultChange = (at: number): number => faultChanges.find((change) => change > at) ?? Infinity;
const faultChanges = [...new Set(faults.flatMap(({ begins, ends }) => [begins, ends]))].sort(
  (one, other) => one - other,
);

export type DiskName = 'project' | 'data' | 'root' | 'source-data' | 'gws';

const TB = 1e12;
/** Size, used share at the beginning of the month, growth of that share in a day. */
const disks: Readonly<Record<DiskName, readonly [bytes: number, used: number, growth: number]>> = {
  project: [20 * TB, 0.52, 0.002],
  data: [8 * TB, 0.58, 0.003],
  root: [0.1 * TB, 0.31, 0.0005],
  'source-data': [4 * TB, 0.47, 0.001],
  gws: [200 * TB, 0.66, 0.001],
};

export function diskAt(name: DiskName, at: number) {
  const [bytes, base, growthADay] = disks[name];
  const days = (at - monthStart) / day;
  // Use grows in the course of the day; a clean-up at night takes that growth away.
  const used = base + growthADay * days + 0.012 * (days - Math.floor(days));
  return {
    bytes,
    /** Used share of the disk, 0 to 1. */
    used: used + (0.96 - used) * rampUp(name, 'fills up', at),
    inodesUsed: 0.14 + 0.79 * rampUp(name, 'runs out of inodes', at),
    readOnly: hasFault(name, 'is read-only', at),
  };
}

export function powerAt(at: number) {
  const dayFraction = ((at - monthStart) % day) / day;
  const slot = Math.floor(at / (5 * minute));
  // The sun shines from 8 to 16 h; the battery is fullest in the late afternoon and emptiest at dawn.
  const sun = Math.cos(2 * Math.PI * (dayFraction - 0.66));
  const clear = 82 + 9 * sun;
  const charge = clear - (clear - 17) * riseAndFall('battery', 'discharges', at);
  return {
    charge: charge + 0.4 * noise(6, slot),
    volts: 47 + 0.075 * charge + 0.1 * noise(7, slot),
    celsius: 24 + 5 * sun + 25 * riseAndFall('battery', 'is hot', at) + 0.3 * noise(8, slot),
  };
}

/** Time of the newest sample: the logger takes one every five minutes, unless it has stopped. */
export function newestSample(at: number): number {
  const stopped = faultAt('power', 'is not written', at);
  return Math.floor((stopped ? stopped.begins : at) / (5 * minute)) * 5 * minute;
}

/** The hour (UTC) at which each gate is decided, once a day. */
const decisionHour = { prune: 4, product: 5 } as const;

export function gateAt(name: GateName, at: number) {
  const stopped = faultAt(name, 'is not decided', at);
  const latest = stopped ? stopped.begins : at;
  const offset = decisionHour[name] * hour + 10 * minute;
  const decided = Math.floor((latest - offset) / day) * day + offset;
  const checked = 180 + Math.floor(20 * noise(9, decided / hour));
  const truncated = hasFault(name, 'is truncated', at);
  // A fail is decided when the fault begins; after the end of the fault, the verdict of the latest daily run counts.
  const bad = faultAt(name, 'says fail', at);
  return bad
    ? { verdict: 'fail', decided: bad.begins, counts: { checked, missing: 9 }, reason: bad.summary, truncated }
    : { verdict: 'pass', decided, counts: { checked, missing: 0 }, reason: `${checked} files checked`, truncated };
}

/** The GPU computes retrievals by day. */
export function gpuAt(at: number) {
  const slot = Math.floor(at / (5 * minute));
  const work = Math.max(0, Math.sin((2 * Math.PI * (((at - monthStart) % day) - 5 * hour)) / day));
  return {
    celsius: Math.round(38 + 32 * work + 28 * riseAndFall('gpu', 'is hot', at) + 2 * noise(14, slot)),
    watts: 32 + 240 * work + 9 * noise(15, slot),
    usedPercent: Math.round(90 * work + 8 * noise(16, slot)),
    usedMebibytes: 600 + Math.round(30_000 * work),
  };
}

/** `stoppedAt`: since when the ingest does not run, if it does not. */
export function ingestAt(at: number) {
  const slot = Math.floor(at / (5 * minute));
  return {
    stoppedAt: faultAt('ingest', 'does not run', at)?.begins,
    cpuPercent: 20 + Math.round(40 * noise(17, slot)),
    residentBytes: 600e6 + Math.floor(80e6 * noise(18, slot)),
  };
}

/** Number of files that wait for their transfer. */
export const transfersAt = (at: number): number =>
  Math.floor(6 * noise(13, Math.floor(at / (5 * minute)))) + (hasFault('transfers', 'pile up', at) ? 260 : 0);

export function raidAt(at: number) {
  const failed = hasFault('raid', 'loses a disk', at) ? 1 : 0;
  return { active: 4 - failed, failed };
}

/** End of the latest backup that succeeded: every night at ten past two. */
export function backupAt(at: number): number {
  const stopped = faultAt('backup', 'does not succeed', at);
  const offset = 2 * hour + 10 * minute;
  return Math.floor(((stopped ? stopped.begins : at) - offset) / day) * day + offset;
}

/** Boot time of the machine. */
export const booted = archiveBegins - 5 * day;

export function unitAt(name: string, at: number) {
  const down = faultAt(name, 'failed', at) ?? faultAt(name, 'is off', at);
  const late = faultAt(name, 'is overdue', at);
  const loop = faultAt(name, 'restarts', at);
  const every = name === 'aurora-backup.timer' ? day : 15 * minute;
  const lastRun = Math.floor((late ? late.begins : at) / every) * every;
  const recovered = faults.findLast(
    ({ subject, kind, ends }) => subject === name && ends <= at && (kind === 'failed' || kind === 'is off'),
  );
  return {
    state: down ? (down.kind === 'failed' ? 'failed' : 'inactive') : 'active',
    since: down ? down.begins : Math.max(booted, recovered?.ends ?? 0),
    restarts: loop ? Math.floor((at - loop.begins) / (20 * 1000)) : 0,
    // For timers.
    lastRun,
    nextRun: lastRun + every,
  };
}

export function dashboardAt(at: number) {
  const slot = Math.floor(at / minute);
  return {
    status: hasFault('dashboard', 'answers 503', at) ? 503 : 200,
    ms: hasFault('dashboard', 'is slow', at)
      ? 2600 + Math.floor(900 * noise(10, slot))
      : 40 + Math.floor(60 * noise(10, slot)),
  };
}

export function checkoutAt(name: CheckoutName, at: number) {
  return {
    changed: hasFault(`${name}-checkout`, 'has changes', at) ? 2 : 0,
    behind: hasFault(name, 'is behind', at) ? 3 : 0,
  };
}

export function machineAt(at: number) {
  const slot = Math.floor(at / (5 * minute));
  const memoryKb = 32 * 1024 * 1024;
  const used = hasFault('host', 'has no memory left', at) ? 0.93 : 0.35 + 0.1 * noise(11, slot);
  // The kernel kills the process once the fault has lasted for 80 % of its time.
  const kills = faults.filter(
    ({ kind, begins, ends }) => kind === 'has no memory left' && at >= begins + 0.8 * (ends - begins),
  );
  return {
    load: hasFault('host', 'is busy', at) ? 19 + 2 * noise(12, slot) : 0.4 + 1.6 * noise(12, slot),
    cpus: 8,
    memoryKb,
    availableKb: Math.floor(memoryKb * (1 - used)),
    oomKills: kills.length,
    clockSet: !hasFault('clock', 'is not synchronised', at),
  };
}
