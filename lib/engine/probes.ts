// Runs probes in parallel, each reading under its own deadline. A probe that hangs or throws does not affect the others.
import type { Envelope, Failed } from '../contract/envelope.ts';
import { Absent, TimedOut } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import type { Probe } from '../contract/probe.ts';
import type { Step } from '../contract/step.ts';
import { fits, type Shape, shapeProblem } from '../contract/shape.ts';
import { lanes } from '../core/lanes.ts';
import { readingReason } from '../core/text.ts';
import { withDeadline } from './deadline.ts';

/** Section → item → last good reading. */
export type Readings = Record<string, Record<string, Reading>>;
interface Reading {
  readonly at: string;
  readonly boot_id: string;
  readonly data?: unknown;
}

export interface ProbeRun<Config> {
  readonly probes: readonly AnyProbe<Config>[];
  readonly config: Config;
  readonly places?: Places;
  readonly bootId: string;
  readonly previous: Readings;
  readonly now: () => Date;
  readonly monotonicMs: () => number;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Deadline of one reading, where the probe has no own. */
  readonly timeoutMs: number;
  /** Time for all readings together; a reading that has not begun by then fails. */
  readonly budgetMs: number;
  /** Readings in parallel: far more than there are processors, because hanging hosts must not delay the others. */
  readonly width: number;
}

export const readingLimits = { timeoutMs: 10_000, budgetMs: 60_000, width: 64 } as const;

/** The name under which a section without items keeps its one reading. */
const whole = '';

interface Timed {
  readonly envelope: Envelope;
  readonly step: Step;
}

interface Section extends Timed {
  readonly readings: Record<string, Reading>;
}

type Started<Config> = ProbeRun<Config> & { readonly began: number; readonly lane: ReturnType<typeof lanes> };
type AnyProbe<Config> = Probe<Shape, Config>;

export async function runProbes<Config>(
  run: ProbeRun<Config>,
): Promise<{ sections: Record<string, Envelope>; readings: Readings; steps: Step[] }> {
  const started = { ...run, began: run.monotonicMs(), lane: lanes(run.width) };
  const read = await Promise.all(
    run.probes.map(async (probe) => [probe.name, await readSection(started, probe)] as const),
  );
  const kept = read.filter(([, { readings }]) => Object.keys(readings).length > 0);
  return {
    // In the order of the registry, so that two snapshots can be compared line by line.
    sections: Object.fromEntries(read.map(([name, { envelope }]) => [name, envelope])),
    readings: Object.fromEntries(kept.map(([name, { readings }]) => [name, readings])),
    steps: read.map(([, { step }]) => step),
  };
}

async function readSection<Config>(run: Started<Config>, probe: AnyProbe<Config>): Promise<Section> {
  const before = run.previous[probe.name] ?? {};
  if (!probe.items) {
    const { envelope, step } = await run.lane(() => readTimed(run, probe, undefined));
    return { envelope, step, readings: keep([[whole, envelope]], before, run.bootId) };
  }
  const at = run.now();
  const began = run.monotonicMs();
  const stepOf = (envelope: Envelope, parts: readonly Step[] = []): Step => ({
    ...readingStep(probe, undefined, began, run.monotonicMs() - began, envelope),
    parts,
  });
  const items = await run.lane(() => itemsOf(run, probe));
  // The list of items is unknown now, so the last good readings of all of them are kept.
  if ('status' in items) return { envelope: items, step: stepOf(items), readings: before };
  if (items.length === 0) {
    const none: Envelope = { status: 'absent', reason: 'none is configured' };
    return { envelope: none, step: stepOf(none), readings: {} };
  }
  const timed = await Promise.all(
    items.map(async (item) => [item, await run.lane(() => readTimed(run, probe, item))] as const),
  );
  const outcomes = timed.map(([item, { envelope }]) => [item, envelope] as const);
  const ms = Math.max(...outcomes.map(([, outcome]) => ('ms' in outcome ? outcome.ms : 0)));
  const envelope: Envelope = { status: 'ok', ms, collected_at: at.toISOString(), data: Object.fromEntries(outcomes) };
  return {
    envelope,
    step: stepOf(
      envelope,
      timed.map(([, { step }]) => step),
    ),
    readings: keep(outcomes, before, run.bootId),
  };
}

/** A good reading replaces the previous one; a failed reading keeps it. */
function keep(
  outcomes: readonly (readonly [string, Envelope])[],
  before: Readonly<Record<string, Reading>>,
  boot_id: string,
): Record<string, Reading> {
  const kept = outcomes.flatMap(([item, outcome]): (readonly [string, Reading])[] => {
    if (outcome.status === 'ok') return [[item, { at: outcome.collected_at, boot_id, data: outcome.data }]];
    const last = Object.hasOwn(before, item) ? before[item] : undefined;
    return last ? [[item, last]] : [];
  });
  return Object.fromEntries(kept);
}

/** The items, or the envelope of a failure to list them. */
async function itemsOf<Config>(run: Started<Config>, probe: AnyProbe<Config>): Promise<readonly string[] | Envelope> {
  return inTime(run, probe, `${probe.name}: finding what there is`, async (signal) => {
    const items = await probe.items?.({
      config: run.config,
      places: run.places,
      at: run.now(),
      host: (name = 'local') => run.openHost(name, signal),
      run,
    });
    return items ?? [];
  });
}

/** Does the work under the deadline of one reading, if time is left for it; a failure becomes an envelope. */
async function inTime<Config, Result>(
  run: Started<Config>,
  { timeoutMs = run.timeoutMs, graceMs }: AnyProbe<Config>,
  what: string,
  work: (signal: AbortSignal, start: number) => Promise<Result>,
): Promise<Result | Envelope> {
  const start = run.monotonicMs();
  const left = run.budgetMs - (start - run.began);
  if (left <= 0) return notBegun;
  try {
    return await withDeadline(Math.min(timeoutMs, left), what, (signal) => work(signal, start), graceMs);
  } catch (error) {
    if (error instanceof Absent) return { status: 'absent', reason: error.message };
    return failure(error instanceof TimedOut ? 'timeout' : 'error', readingReason(error), run.monotonicMs() - start);
  }
}

async function readTimed<Config>(
  run: Started<Config>,
  probe: AnyProbe<Config>,
  item: string | undefined,
): Promise<Timed> {
  const began = run.monotonicMs();
  const envelope = await readOne(run, probe, item);
  return { envelope, step: readingStep(probe, item, began, run.monotonicMs() - began, envelope) };
}

/** A reading in the trace of the run. */
function readingStep(
  { name }: Pick<AnyProbe<never>, 'name'>,
  item: string | undefined,
  began: number,
  ms: number,
  envelope: Envelope,
): Step {
  const isLate = envelope.status === 'failed' && envelope.kind === 'timeout';
  return {
    name: `${item === undefined ? 'probe' : 'item'} ${name}`,
    began,
    ms,
    ...(envelope.status === 'failed' ? { failure: { kind: envelope.kind, reason: envelope.reason } } : {}),
    attributes: {
      'ops_monitor.probe': name,
      ...(item === undefined ? {} : { 'ops_monitor.item': item }),
      'ops_monitor.outcome': isLate ? 'deadline' : envelope.status,
    },
  };
}

async function readOne<Config>(
  run: Started<Config>,
  probe: AnyProbe<Config>,
  item: string | undefined,
): Promise<Envelope> {
  const at = run.now();
  const what = item === undefined ? probe.name : `${probe.name}: ${item}`;
  return inTime(run, probe, what, async (signal, start) => {
    const before = run.previous[probe.name] ?? {};
    const kept = Object.hasOwn(before, item ?? whole) ? before[item ?? whole] : undefined;
    const data: unknown = await probe.read({
      config: run.config,
      places: run.places,
      host: (name = 'local', own = signal) => run.openHost(name, own),
      run,
      item: item ?? whole,
      // A reading from an older version may have another shape; then there is no previous reading.
      previous: previousOf(probe, kept),
      bootId: run.bootId,
      at,
    });
    const ms = roundMs(run.monotonicMs() - start);
    const issue = probe.section.schema.wrongIn(data);
    if (!issue) return { status: 'ok', ms, collected_at: at.toISOString(), data };
    return failure('shape', `${what}: ${shapeProblem(issue, data)}`, ms);
  });
}

function previousOf(probe: Probe, kept: Reading | undefined) {
  if (!kept || !fits(probe.section.schema, kept.data)) return undefined;
  return { at: new Date(kept.at), bootId: kept.boot_id, data: kept.data };
}

function failure(kind: Failed['kind'], reason: string, ms: number): Envelope {
  return { status: 'failed', kind, reason, ms: roundMs(ms) };
}

const notBegun = failure('timeout', 'not begun: the time for all readings was used up by others that hung', 0);

function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
