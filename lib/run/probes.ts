// Runs probes side by side, each reading under its own deadline. Whatever one does, the others have their sections.
import type * as z from 'zod/mini';
import type { Envelope, Failed } from '../contract/envelope.ts';
import { Absent, TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import type { Probe } from '../contract/probe.ts';
import { reasonOf } from '../core/text.ts';
import { sideBySide, withDeadline } from './deadline.ts';

/** The last good reading of each section, or of each item of it. */
export type Readings = Record<string, Record<string, Reading>>;
export interface Reading {
  readonly at: string;
  readonly boot_id: string;
  readonly data?: unknown;
}

export interface ProbeRun<Config> {
  readonly probes: readonly Probe<z.ZodMiniType, Config>[];
  readonly config: Config;
  readonly bootId: string;
  readonly previous: Readings;
  readonly now: () => Date;
  readonly monotonicMs: () => number;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** For one reading, where the probe does not say. */
  readonly timeoutMs: number;
  /** For all of them: what has not begun by then is not begun. */
  readonly budgetMs: number;
  /** A hanging host must not hold up the others, so this is far more than the processors. */
  readonly width: number;
}

interface Job<Config> {
  readonly probe: Probe<z.ZodMiniType, Config>;
  /** Undefined for a section without items. */
  readonly item: string | undefined;
}

/** The name under which a section without items keeps its one reading. */
export const whole = '';

export async function runProbes<Config>(
  run: ProbeRun<Config>,
): Promise<{ sections: Record<string, Envelope>; readings: Readings }> {
  const began = run.monotonicMs();
  const sections: Record<string, Envelope> = {};
  const jobs: Job<Config>[] = [];

  await sideBySide(run.probes, run.width, async (probe) => {
    const items = await itemsOf(run, probe);
    if ('status' in items) sections[probe.name] = items;
    else if (items.length === 0)
      sections[probe.name] = { status: 'absent', reason: 'there are none, or none is configured' };
    else {
      jobs.push(...items.map((item) => ({ probe, item })));
      if (probe.items) sections[probe.name] = { status: 'ok', ms: 0, collected_at: run.now().toISOString(), data: {} };
    }
  });
  const outcomes = new Map<Job<Config>, Envelope>();
  await sideBySide(jobs, run.width, async (job) => {
    outcomes.set(job, await readOne(run, job, began));
  });

  const readings: Readings = {};
  for (const job of jobs) {
    const envelope = outcomes.get(job);
    if (!envelope) continue;
    const { name } = job.probe;
    const section = sections[name];
    if (job.item === undefined) sections[name] = envelope;
    else if (section?.status === 'ok') {
      (section.data as Record<string, Envelope>)[job.item] = envelope;
      if ('ms' in envelope) section.ms = Math.max(section.ms, envelope.ms);
    }
    const key = job.item ?? whole;
    const kept = envelope.status === 'ok' ? reading(envelope, run.bootId) : run.previous[name]?.[key];
    if (kept) (readings[name] ??= {})[key] = kept;
  }
  return { sections: inOrderOf(run.probes, sections), readings };
}

/** The items to read (one nameless one for a section without), or why there are none. */
async function itemsOf<Config>(
  run: ProbeRun<Config>,
  probe: Probe<z.ZodMiniType, Config>,
): Promise<readonly (string | undefined)[] | Envelope> {
  if (!probe.items) return [undefined];
  const began = run.monotonicMs();
  try {
    return await withDeadline(
      probe.timeoutMs ?? run.timeoutMs,
      `${probe.name}: finding what there is`,
      async (signal) => probe.items!({ config: run.config, host: (name = 'local') => run.openHost(name, signal) }),
    );
  } catch (error) {
    return outcomeOf(error, run.monotonicMs() - began);
  }
}

async function readOne<Config>(run: ProbeRun<Config>, { probe, item }: Job<Config>, began: number): Promise<Envelope> {
  const start = run.monotonicMs();
  const left = run.budgetMs - (start - began);
  if (left <= 0) return failure('timeout', 'not begun: the time for all readings was used up by others that hung', 0);
  const at = run.now();
  const what = item === undefined ? probe.name : `${probe.name}: ${item}`;
  try {
    const kept = run.previous[probe.name]?.[item ?? whole];
    const data: unknown = await withDeadline(Math.min(probe.timeoutMs ?? run.timeoutMs, left), what, (signal) =>
      probe.read({
        config: run.config,
        host: (name = 'local') => run.openHost(name, signal),
        item: item ?? whole,
        // What was read by an older version may have another shape; then there is no previous reading.
        previous: previousOf(probe, kept),
        bootId: run.bootId,
        at,
      }),
    );
    const ms = roundMs(run.monotonicMs() - start);
    const shaped = probe.section.schema.safeParse(data);
    if (shaped.success) return { status: 'ok', ms, collected_at: at.toISOString(), data: shaped.data };
    const [issue] = shaped.error.issues;
    return failure('shape', `${what}: ${issue?.path.join('.')}: ${issue?.message}`, ms);
  } catch (error) {
    return outcomeOf(error, run.monotonicMs() - start);
  }
}

function previousOf(probe: Probe, kept: Reading | undefined) {
  const parsed = kept && probe.section.schema.safeParse(kept.data);
  return parsed?.success ? { at: new Date(kept!.at), bootId: kept!.boot_id, data: parsed.data } : undefined;
}

function outcomeOf(error: unknown, ms: number): Envelope {
  if (error instanceof Absent) return { status: 'absent', reason: error.message };
  return failure(error instanceof TimedOut ? 'timeout' : 'error', reasonOf(error), ms);
}

const failure = (kind: Failed['kind'], reason: string, ms: number): Envelope => ({
  status: 'failed',
  kind,
  reason,
  ms: roundMs(ms),
});

const reading = (envelope: Envelope & { status: 'ok' }, bootId: string): Reading => ({
  at: envelope.collected_at,
  boot_id: bootId,
  data: envelope.data,
});

/** As the registry lists them, so that two snapshots can be compared line by line. */
function inOrderOf<Config>(
  probes: readonly Probe<z.ZodMiniType, Config>[],
  sections: Record<string, Envelope>,
): Record<string, Envelope> {
  const place = new Map(probes.map(({ name }, index) => [name, index]));
  const entries = Object.entries(sections);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
}

const roundMs = (ms: number): number => Math.round(ms * 10) / 10;
