// Runs the sources, which are probes. A source that could read none of its sensors has failed.
import type { Envelope } from '../contract/envelope.ts';
import type { Probe } from '../contract/probe.ts';
import type { World } from '../contract/stage.ts';
import { counted } from '../core/text.ts';
import { runProbes } from '../engine/probes.ts';
import { oneLine } from '../core/harmless.ts';
import { type Chips, noAnswerInTime, sourceMs } from './hanging.ts';
import { isGood, keyOf, type Reading, type Temperatures, type temperatures } from './reading.ts';

export type Source = Probe<typeof temperatures.schema, Chips>;

export type Read = { readonly source: string; readonly ms: number } & Temperatures &
  ({ readonly status: 'ok' } | { readonly status: 'absent' | 'failed'; readonly reason: string });

export async function readSources(
  sources: readonly Source[],
  { openHost, now, monotonicMs }: Pick<World<never>, 'openHost' | 'now' | 'monotonicMs'>,
  chips: Chips,
): Promise<Read[]> {
  const { sections } = await runProbes({
    probes: sources,
    config: chips,
    openHost,
    now,
    monotonicMs,
    // No source uses its previous section: a beat keeps what it needs of the previous beat by sensor.
    previous: {},
    bootId: '',
    timeoutMs: sourceMs,
    budgetMs: 2 * sourceMs,
    width: sources.length,
  });
  return Object.entries(sections).map(([source, envelope]) => readOf(source, envelope as Envelope<Temperatures>));
}

function readOf(source: string, envelope: Envelope<Temperatures>): Read {
  if (envelope.status === 'absent') return { source, ms: 0, readings: [], ...envelope };
  const { status, ms } = envelope;
  if (status === 'failed')
    return { source, ms, readings: [], status, reason: envelope.kind === 'timeout' ? noAnswerInTime : envelope.reason };
  const reason = whyFailed(envelope.data);
  const readings = envelope.data.readings.map(onOneLine);
  return {
    source,
    ms,
    ...envelope.data,
    readings,
    warnings: [...(envelope.data.warnings ?? []), ...sharedNames(readings)],
    ...(reason === undefined ? { status } : { status: 'failed', reason }),
  };
}

/** A sensor is known by its names, in the metrics and from beat to beat. */
function sharedNames(readings: readonly Reading[]): string[] {
  const twice = [...Map.groupBy(readings, keyOf)].filter(([, same]) => same.length > 1);
  return twice.map(([name, { length }]) => `${length} sensors have the name ${name}: only the first is exported`);
}

/** A reason may quote a file of a driver. */
const onOneLine = (reading: Reading): Reading =>
  isGood(reading) ? reading : { ...reading, why: oneLine(reading.why) };

/** The source exists, but a timer does not run, a program is missing, or a permission was withdrawn. */
function whyFailed({ readings }: Temperatures): string | undefined {
  const there = readings.filter((one) => isGood(one) || one.problem !== 'absent');
  const unread = there.filter((one) => !isGood(one) && (one.problem === 'stale' || one.problem === 'unreadable'));
  const [first] = unread;
  if (!first || isGood(first) || unread.length < there.length) return undefined;
  return `nothing of ${counted(there.length, 'sensor')}: ${first.chip} ${first.sensor}: ${first.why}`;
}
