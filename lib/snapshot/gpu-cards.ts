// Asks nvidia-smi for the GPUs of a machine, and describes each. Loaded only where GPUs are configured.
//
// CSV and not the program's XML: the XML holds the command lines of all processes on the GPUs and hundreds of kilobytes of clocks
// that nobody asked for, and takes seconds on a large machine.
import type { Host } from '../contract/host.ts';
import type { ContentOf } from '../contract/shape.ts';
import { secondsSince } from '../core/age.ts';
import { ownOf, withoutUndefined } from '../core/fields.ts';
import { percentOf } from '../core/quantity.ts';
import { counted } from '../core/text.ts';
import {
  addressIn,
  type GpuList,
  mostGpus,
  parseGpuList,
  readCell,
  readAmount,
  readFlag,
  readNumber,
  readSlowdowns,
  refusedField,
} from '../parse/nvidiasmi.ts';
import type { gpus as section } from './sections/gpus.ts';

type Reading = ContentOf<typeof section.schema>;
type Card = Reading['card'][string];
type Previous = { readonly at: Date; readonly data: Reading } | undefined;

/** Every driver since 2020 knows all but the last. nvidia-smi refuses a query with a field that it does not know, before it asks
 * a GPU; the query is then repeated without that field. */
const fields = [
  'index',
  'pci.bus_id',
  'name',
  'uuid',
  'driver_version',
  'utilization.gpu',
  'memory.used',
  'memory.total',
  'temperature.gpu',
  'temperature.memory',
  'power.draw',
  'power.limit',
  'clocks_throttle_reasons.active',
  'ecc.mode.current',
  'ecc.errors.uncorrected.volatile.total',
  'ecc.errors.uncorrected.aggregate.total',
  'retired_pages.pending',
  'remapped_rows.pending',
  'remapped_rows.failure',
  'mig.mode.current',
  'persistence_mode',
  'gpu_recovery_action',
];

/** Drivers since 535 call it by this name, and know the older one for now. A reading has it by the older name. */
const newNames: Readonly<Record<string, string>> = { 'clocks_throttle_reasons.active': 'clocks_event_reasons.active' };

const mostRefused = 8;

/** A GPU is slowed down without a break where two readings are no further apart. */
const mostGapSeconds = 1800;

export async function queryGpus(host: Host, alone: string): Promise<{ list: GpuList; isComplete: boolean }> {
  let asked: readonly string[] = fields;
  for (let refused = 0; ; refused++) {
    const argv = ['nvidia-smi', `--query-gpu=${asked.join(',')}`, '--format=csv,noheader,nounits'];
    const { exit_code, stdout, stderr } = await host.run(argv, { alone });
    const field = exit_code === 0 ? undefined : refusedField(stdout);
    if (field !== undefined && asked.includes(field) && refused < mostRefused) {
      asked = asked.flatMap((one) => (one === field ? (newNames[one] ?? []) : one));
      continue;
    }
    const named = asked.map((one) => fields.find((field) => newNames[field] === one) ?? one);
    const list = parseGpuList(exit_code === 0 ? stdout : `${stdout}\n${stderr}`, named);
    const isEmpty = list.notes.some((note) => note.startsWith('No devices were found'));
    if (list.rows.length + list.lost.size === 0 && !isEmpty) {
      const why = list.notes[0] ?? 'it prints nothing';
      throw new Error(`nvidia-smi lists no GPU (${describeExit(exit_code)}): ${why}`);
    }
    if (list.rows.length > mostGpus)
      throw new Error(`nvidia-smi lists ${list.rows.length} GPUs, more than ${mostGpus}`);
    const isComplete = isEmpty || completes.has(exit_code);
    const namesLost = list.lost.size > 0 || list.rows.some(isLost);
    if (!isComplete && !namesLost)
      throw new Error(
        `nvidia-smi failed after ${counted(list.rows.length, 'GPU')} (${describeExit(exit_code)}): ${list.notes[0] ?? 'it says no reason'}`,
      );
    return { list, isComplete };
  }
}

/** Exit codes of nvidia-smi, as its manual page names them; 18 is one of newer drivers. */
const meanings: Readonly<Record<number, string>> = {
  2: 'an argument is refused',
  4: 'this user may not ask the device',
  8: 'a power cable is not attached',
  9: 'the driver is not loaded',
  10: 'the kernel has an interrupt problem with a GPU',
  12: 'the library of the driver is not found',
  13: 'the library of the driver is too old',
  14: 'the infoROM is corrupted',
  15: 'a GPU has fallen off the bus',
  18: 'driver and library have different versions',
};

/** Exit codes after a whole list: 0, and those that warn of a GPU in the list. */
const completes: ReadonlySet<number> = new Set([0, 8, 10, 14]);

const describeExit = (code: number): string =>
  `exit code ${code}${meanings[code] === undefined ? '' : `, ${meanings[code]}`}`;

interface Context {
  readonly before: Previous;
  readonly at: Date;
  /** False where nvidia-smi gave up before its list. */
  readonly isComplete: boolean;
}

export function cardsOf(list: GpuList, { before, at, isComplete }: Context): Record<string, Card> {
  const cards: Record<string, Card> = {};
  const known = before?.data.card ?? {};
  const told = new Set(list.rows.map((row) => addressIn(row['pci.bus_id'] ?? '')));
  const unreachable = (address: string, state: 'lost' | 'missing' | 'unread', reason: string, row: Row = {}): void => {
    const own = ownOf(known, address);
    const named = { index: row['index'], model: textOf(row['name']) ?? 'GPU', uuid: textOf(row['uuid']) };
    const { index = named.index, model = named.model, uuid = named.uuid, seen_at } = own ?? {};
    // Kept, so that a value which is gone when the GPU is back is missed.
    const problems = own && recordOfProblems(judgedFieldsOf(own).map((field) => [field, `the GPU is ${state}`]));
    cards[address] = withoutUndefined({ model, index, uuid, seen_at, state, reason, problems });
  };
  for (const row of list.rows) {
    const last = addressBefore(row['index'], known);
    const inferred = last === undefined || told.has(last) ? `gpu${row['index']}` : last;
    const address = addressIn(row['pci.bus_id'] ?? '') ?? inferred;
    if (Object.hasOwn(cards, address)) throw new Error(`nvidia-smi lists two GPUs at ${address}`);
    if (isLost(row)) {
      unreachable(address, 'lost', 'nvidia-smi says: GPU is lost', row);
      continue;
    }
    const own = ownOf(known, address);
    // A reading of another GPU in the same slot says nothing of this one.
    const isSame = own?.uuid === undefined || own.uuid === (textOf(row['uuid']) ?? own.uuid);
    cards[address] = cardOf(row, list.warnings.get(address), {
      before: before && own && isSame ? { at: before.at, own } : undefined,
      at,
    });
  }
  for (const [address, note] of list.lost) unreachable(address, 'lost', note);
  for (const [address, { seen_at }] of Object.entries(known)) {
    if (Object.hasOwn(cards, address)) continue;
    const since = seen_at === undefined ? 'before' : `at ${seen_at}`;
    if (isComplete) unreachable(address, 'missing', `nvidia-smi does not list it any more; it did ${since}`);
    else unreachable(address, 'unread', list.notes[0] ?? 'nvidia-smi failed');
  }
  const count = Object.keys(cards).length;
  if (count > mostGpus)
    throw new Error(`nvidia-smi names ${count} GPUs, those of before included: more than ${mostGpus}`);
  return Object.fromEntries(Object.entries(cards).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The address that the GPU of this index had, where a lost GPU no longer tells its own. */
const addressBefore = (index: string | undefined, known: Reading['card']): string | undefined =>
  Object.entries(known).find(([, card]) => card.index === index)?.[0];

type Row = Readonly<Record<string, string>>;

interface Then {
  readonly before: { readonly at: Date; readonly own: Card } | undefined;
  readonly at: Date;
}

export function driverOf({ rows }: GpuList): string | undefined {
  return rows.map((row) => textOf(row['driver_version'])).find((text) => text !== undefined);
}

function textOf(text: string | undefined): string | undefined {
  const cell = readCell(text);
  return cell && 'text' in cell ? cell.text : undefined;
}

const isLost = (row: Row): boolean => says(row, /^\[GPU is lost\]$/i);
const says = (row: Row, words: RegExp): boolean => Object.values(row).some((word) => words.test(word));

/** The values that checks judge, by the field they are read from. */
const judgedFields = {
  'temperature.gpu': 'temperature_celsius',
  'memory.used': 'memory_used_bytes',
  'memory.total': 'memory_total_bytes',
  'clocks_throttle_reasons.active': 'slowed_by',
  'ecc.errors.uncorrected.volatile.total': 'recent_uncorrected_errors',
  'remapped_rows.pending': 'repair_pending',
  'remapped_rows.failure': 'repair_failed',
} as const satisfies Record<string, keyof Card>;
type JudgedField = keyof typeof judgedFields;

/** Of which of them a reading had the value, or said why it had none. */
const judgedFieldsOf = ({ problems = {}, ...values }: Card): JudgedField[] =>
  (Object.keys(judgedFields) as JudgedField[]).filter(
    (field) => values[judgedFields[field]] !== undefined || problems[field] !== undefined,
  );

/** With ECC switched off, these may turn into [N/A]. */
const countedByEcc: ReadonlySet<JudgedField> = new Set([
  'ecc.errors.uncorrected.volatile.total',
  'remapped_rows.pending',
  'remapped_rows.failure',
]);

function cardOf(row: Row, warning: string | undefined, { before, at }: Then): Card {
  const problems: Record<string, string> = {};
  const value = <Value>(field: string, read: Value | { readonly problem: string } | undefined): Value | undefined => {
    if (typeof read !== 'object' || read === null || !('problem' in read)) return read;
    problems[field] = read.problem;
    return undefined;
  };
  const numberOf = (field: string): number | undefined => value(field, readNumber(row[field]));
  const amountOf = (field: string): number | undefined => value(field, readAmount(row[field]));
  const flagOf = (field: string, words?: readonly [string, string]): boolean | undefined =>
    value(field, readFlag(row[field], words));
  const [used, total] = [amountOf('memory.used'), amountOf('memory.total')];
  const reasons = 'clocks_throttle_reasons.active';
  const slowed_by = value(reasons, readSlowdowns(row[reasons]));
  const pending = [flagOf('retired_pages.pending'), flagOf('remapped_rows.pending')].filter((one) => one !== undefined);
  const action = value('gpu_recovery_action', orProblem(row['gpu_recovery_action']));
  const card = {
    index: row['index'],
    model: textOf(row['name']) ?? before?.own.model ?? 'GPU',
    uuid: textOf(row['uuid']) ?? before?.own.uuid,
    state: 'present' as const,
    seen_at: at.toISOString(),
    used_percent: amountOf('utilization.gpu'),
    memory_total_bytes: total === undefined ? undefined : total * mebi,
    memory_used_bytes: used === undefined ? undefined : used * mebi,
    memory_used_percent: used === undefined || !total ? undefined : percentOf(used, total),
    temperature_celsius: numberOf('temperature.gpu'),
    memory_celsius: numberOf('temperature.memory'),
    power_watts: amountOf('power.draw'),
    power_limit_watts: amountOf('power.limit'),
    slowed_by: slowed_by && [...slowed_by],
    slowed_seconds: slowed_by && secondsSlowed(slowed_by, before, at),
    recent_uncorrected_errors: amountOf('ecc.errors.uncorrected.volatile.total'),
    uncorrected_errors: amountOf('ecc.errors.uncorrected.aggregate.total'),
    repair_pending: pending.length === 0 ? undefined : pending.includes(true),
    repair_failed: flagOf('remapped_rows.failure'),
    reset_required: says(row, /^\[GPU requires reset\]$/i) ? true : undefined,
    recovery: action === 'None' ? undefined : action,
    mig: flagOf('mig.mode.current', onOff),
    persistence: flagOf('persistence_mode', onOff),
    warning,
  };
  // A GPU is sick if it had a value and says now that it has no such thing; without ECC, no errors are counted.
  for (const field of before ? judgedFieldsOf(before.own) : []) {
    const isOff = row['ecc.mode.current'] === 'Disabled' && countedByEcc.has(field);
    if (card[judgedFields[field]] === undefined && field in row && !isOff)
      problems[field] ??= '[N/A], though it could be read before';
  }
  return withoutUndefined({ ...card, problems: recordOfProblems(Object.entries(problems)) });
}

const recordOfProblems = (all: readonly (readonly [field: string, problem: string])[]) =>
  all.length === 0 ? undefined : Object.fromEntries(all);

const mebi = 1024 * 1024;
const onOff = ['Enabled', 'Disabled'] as const;

function orProblem(text: string | undefined): string | { readonly problem: string } | undefined {
  const cell = readCell(text);
  return cell && 'text' in cell ? cell.text : cell;
}

function secondsSlowed(slowedBy: readonly string[], before: Then['before'], at: Date): number {
  if (slowedBy.length === 0 || !before || (before.own.slowed_by ?? []).length === 0) return 0;
  const gap = secondsSince(before.at, at);
  return gap >= 0 && gap <= mostGapSeconds ? Math.round((before.own.slowed_seconds ?? 0) + gap) : 0;
}
