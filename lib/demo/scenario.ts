// What is true at the simulated site at an instant: pure arithmetic from the time and the list of faults, with a seeded
// hash in place of chance. Nothing is kept, so any instant can be asked for, in any order, any number of times.
import { type Fault, faults, start, type Trouble } from './faults.ts';
import { type CheckoutName, type GateName, type Place, type Stream, streams } from './layout.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The archive goes back to here. */
export const archiveBegins = start - 12 * day;

/** From whole numbers to [0, 1), the same for ever. */
export function noise(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

const byName = new Map<string, readonly Fault[]>();
for (const one of faults)
  byName.set(`${one.on} ${one.trouble}`, [...(byName.get(`${one.on} ${one.trouble}`) ?? []), one]);

/** The fault that is there at that time. */
export function troubleAt(on: string, trouble: Trouble, at: number): Fault | undefined {
  return byName.get(`${on} ${trouble}`)?.find(({ begins, ends }) => begins <= at && at < ends);
}

const is = (on: string, trouble: Trouble, at: number): boolean => troubleAt(on, trouble, at) !== undefined;

/** From 0 to 1 and on at 1 until it ends: what grows slowly and is mended at once. */
function growth(on: string, trouble: Trouble, at: number): number {
  const found = troubleAt(on, trouble, at);
  return found ? Math.min(1, (at - found.begins) / (0.8 * (found.ends - found.begins))) : 0;
}

/** From 0 to 1 and back: what comes and goes slowly. */
function swell(on: string, trouble: Trouble, at: number): number {
  const found = troubleAt(on, trouble, at);
  return found ? Math.sin((Math.PI * (at - found.begins)) / (found.ends - found.begins)) : 0;
}

// Streams

export interface DataFile {
  readonly begins: number;
  /** At the source. */
  readonly written: number;
  /** At this place: what shows there before is nothing. */
  readonly arrives: number;
  /** At the source: a copy keeps the time of the original. */
  readonly bytes: number;
}

export const sourceAway = (at: number): boolean => is('source', 'is away', at);
export const workspaceAway = (at: number): boolean => is('gws', 'is away', at);

/** Files whose data begin in [from, to), and that have ever been written. */
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
  if (is(stream.name, 'writes nothing', written)) return undefined;
  const empty = is(stream.name, 'writes empty files', written);
  const bytes = empty ? 0 : Math.floor(stream.bytes * (0.9 + 0.2 * noise(2, key, slot)));
  return { begins, written, arrives: arrivalOf(stream, place, slot, written), bytes };
}

/** How long a copy takes when all is well, in minutes. */
const travel = { source: [0, 0], local: [4, 6], gws: [12, 14] } as const;

function arrivalOf(stream: Stream, place: Place, slot: number, written: number): number {
  if (place === 'source') return written;
  const [least, spread] = travel[place];
  const wait = (least + spread * noise(3, keyOf(stream), slot, least)) * minute;
  const held =
    troubleAt(`${stream.name}.${place}`, 'receives nothing', written + wait) ??
    troubleAt('source', 'is away', written + wait) ??
    (place === 'gws' ? troubleAt('gws', 'is away', written + wait) : undefined);
  return (held ? held.ends : written) + wait;
}

/** What of a file lies at a place; undefined where nothing does. */
export function bytesAt(stream: Stream, place: Place, file: DataFile, at: number): number | undefined {
  if (file.arrives > at) return undefined;
  if (place === 'source') return file.bytes;
  const slot = file.begins / minute;
  const copy = `${stream.name}.${place}`;
  const lost = troubleAt(copy, 'loses files', at);
  if (lost && file.begins < lost.begins && noise(4, keyOf(stream), slot) < 0.12) return undefined;
  const cut = troubleAt(copy, 'cuts files short', at);
  if (cut && file.begins < cut.begins && noise(5, keyOf(stream), slot) < 0.04) return Math.floor(file.bytes / 3);
  return file.bytes;
}

/** Until when nothing but the arrival of files can change what lies in a folder. */
export function nextTurn(at: number): number {
  return turns.find((turn) => turn > at) ?? Infinity;
}
const turns = [...new Set(faults.flatMap(({ begins, ends }) => [begins, ends]))].sort((one, other) => one - other);

// Disks

export interface Disk {
  readonly bytes: number;
  /** 0 to 1. */
  readonly used: number;
  readonly inodesUsed: number;
  readonly readOnly: boolean;
}

export type DiskName = 'project' | 'data' | 'root' | 'source-data' | 'gws';

const TB = 1e12;
/** Size, use at the beginning of the month, growth a day. */
const disks: Readonly<Record<DiskName, readonly [bytes: number, used: number, growth: number]>> = {
  project: [20 * TB, 0.52, 0.002],
  data: [8 * TB, 0.58, 0.003],
  root: [0.1 * TB, 0.31, 0.0005],
  'source-data': [4 * TB, 0.47, 0.001],
  gws: [200 * TB, 0.66, 0.001],
};

export function diskAt(name: DiskName, at: number): Disk {
  const [bytes, base, growthADay] = disks[name];
  const days = (at - start) / day;
  // Written in the course of the day, cleaned up over night.
  const used = base + growthADay * days + 0.012 * (days - Math.floor(days));
  return {
    bytes,
    used: used + (0.96 - used) * growth(name, 'fills up', at),
    inodesUsed: 0.14 + 0.79 * growth(name, 'runs out of inodes', at),
    readOnly: is(name, 'is read-only', at),
  };
}

// Power

export interface Power {
  readonly volts: number;
  readonly charge: number;
  readonly celsius: number;
}

export function powerAt(at: number): Power {
  const ofDay = ((at - start) % day) / day;
  const slot = Math.floor(at / (5 * minute));
  // Sun from eight to sixteen; the battery is fullest in the late afternoon and emptiest at dawn.
  const sun = Math.cos(2 * Math.PI * (ofDay - 0.66));
  const clear = 82 + 9 * sun;
  const charge = clear - (clear - 17) * swell('battery', 'sinks', at);
  return {
    charge: charge + 0.4 * noise(6, slot),
    volts: 47 + 0.075 * charge + 0.1 * noise(7, slot),
    celsius: 24 + 5 * sun + 25 * swell('battery', 'is hot', at) + 0.3 * noise(8, slot),
  };
}

/** The newest sample: every five minutes, unless the logger has stopped. */
export function newestSample(at: number): number {
  const stopped = troubleAt('power', 'is not written', at);
  return Math.floor((stopped ? stopped.begins : at) / (5 * minute)) * 5 * minute;
}

// Gates

export interface Gate {
  readonly verdict: 'pass' | 'fail';
  readonly decided: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly reason: string;
  readonly torn: boolean;
}

/** Each is decided once a day. */
const decisionHour = { prune: 4, product: 5 } as const;

export function gateAt(name: GateName, at: number): Gate {
  const stopped = troubleAt(name, 'is not decided', at);
  const latest = stopped ? stopped.begins : at;
  const offset = decisionHour[name] * hour + 10 * minute;
  const decided = Math.floor((latest - offset) / day) * day + offset;
  const checked = 180 + Math.floor(20 * noise(9, decided / hour));
  const torn = is(name, 'is torn', at);
  // A bad day is found out, and decided anew when it is mended.
  const bad = troubleAt(name, 'says fail', at);
  return bad
    ? { verdict: 'fail', decided: bad.begins, counts: { checked, missing: 9 }, reason: bad.says, torn }
    : { verdict: 'pass', decided, counts: { checked, missing: 0 }, reason: `${checked} files checked`, torn };
}

// Units

export interface Unit {
  readonly state: 'active' | 'failed' | 'inactive';
  readonly since: number;
  readonly restarts: number;
  /** Of timers. */
  readonly lastRun: number;
  readonly nextRun: number;
}

/** The machine has been up since then. */
export const booted = archiveBegins - 5 * day;

export function unitAt(name: string, at: number): Unit {
  const trouble = troubleAt(name, 'failed', at) ?? troubleAt(name, 'is off', at);
  const late = troubleAt(name, 'is overdue', at);
  const loop = troubleAt(name, 'restarts', at);
  const every = name === 'aurora-backup.timer' ? day : 15 * minute;
  const lastRun = Math.floor((late ? late.begins : at) / every) * every;
  const recovered = faults.findLast(
    ({ on, trouble: what, ends }) => on === name && ends <= at && (what === 'failed' || what === 'is off'),
  );
  return {
    state: trouble ? (trouble.trouble === 'failed' ? 'failed' : 'inactive') : 'active',
    since: trouble ? trouble.begins : Math.max(booted, recovered?.ends ?? 0),
    restarts: loop ? Math.floor((at - loop.begins) / (20 * 1000)) : 0,
    lastRun,
    nextRun: lastRun + every,
  };
}

// What else there is

export interface Page {
  readonly status: number;
  readonly ms: number;
}

export function dashboardAt(at: number): Page {
  const slot = Math.floor(at / minute);
  return {
    status: is('dashboard', 'answers 503', at) ? 503 : 200,
    ms: is('dashboard', 'is slow', at)
      ? 2600 + Math.floor(900 * noise(10, slot))
      : 40 + Math.floor(60 * noise(10, slot)),
  };
}

export interface Checkout {
  readonly changed: number;
  readonly behind: number;
}

export function checkoutAt(name: CheckoutName, at: number): Checkout {
  return { changed: is(`${name}-checkout`, 'has changes', at) ? 2 : 0, behind: is(name, 'is behind', at) ? 3 : 0 };
}

export interface Machine {
  readonly load: number;
  readonly cpus: number;
  readonly memoryKb: number;
  readonly availableKb: number;
  readonly oomKills: number;
  readonly clockSet: boolean;
}

export function machineAt(at: number): Machine {
  const slot = Math.floor(at / (5 * minute));
  const memoryKb = 32 * 1024 * 1024;
  const used = is('host', 'has no memory left', at) ? 0.93 : 0.35 + 0.1 * noise(11, slot);
  // The kernel ends it when it has gone on for long enough.
  const kills = faults.filter(
    ({ trouble, begins, ends }) => trouble === 'has no memory left' && at >= begins + 0.8 * (ends - begins),
  );
  return {
    load: is('host', 'is busy', at) ? 19 + 2 * noise(12, slot) : 0.4 + 1.6 * noise(12, slot),
    cpus: 8,
    memoryKb,
    availableKb: Math.floor(memoryKb * (1 - used)),
    oomKills: kills.length,
    clockSet: !is('clock', 'runs free', at),
  };
}
