// What a stage's run knows of itself → the spans of its trace.
import type { StageRecord } from '../contract/record.ts';
import type { Step } from '../contract/step.ts';
import type { Span } from '../core/otlp.ts';
import { cycleSpanId, numberedSpanId, parentFrom, stageSpanId } from '../core/tracing.ts';

export interface TracedRun {
  readonly record: StageRecord;
  /** The id that this run was given, also where its record has that of the snapshot which it read. */
  readonly ownRunId: string;
  /** World.monotonicMs at its start: the clock may be set while the stage runs. */
  readonly began: number;
  readonly isOfCycle: boolean;
  /** TRACEPARENT, as the caller gave it. */
  readonly caller: string | undefined;
  readonly steps: readonly Step[];
  /** The stage is the last of a cycle that began then. */
  readonly cycleStartedAt?: string | undefined;
}

/** More would be a burden to the receiver. The span of the stage says how many were left out. */
export const mostSpans = 1000;

export function spansOf({ record, ownRunId, began, isOfCycle, caller, steps, cycleStartedAt }: TracedRun): Span[] {
  const { run_id, stage, outcome, exit_code, counts, problems, started_at } = record;
  // systemd's record of a killed stage has no run id, and confirm-cycle takes its own from there.
  const traceId = /^[\da-f]{32}$/.test(run_id) ? run_id : ownRunId;
  const startMs = Date.parse(started_at);
  const endMs = startMs + record.ms;
  // A stage that found no snapshot of this cycle stands alone, with an id of its own.
  const cycle = isOfCycle || traceId !== ownRunId ? cycleSpanId(traceId) : undefined;
  const parts = numbered(steps);
  const known = parts.slice(0, mostSpans);
  const about = { 'ops_monitor.run_id': traceId, 'ops_monitor.stage': stage };
  const own: Span = {
    traceId,
    spanId: stageSpanId(ownRunId),
    parentSpanId: parentFrom(caller, traceId) ?? cycle,
    // `run-gate@release` has one name with all gates.
    name: stage.replace(/@.*$/, ''),
    startMs,
    endMs,
    attributes: {
      ...about,
      'ops_monitor.outcome': outcome,
      'process.exit.code': exit_code,
      ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [`ops_monitor.count.${name}`, count])),
      ...(parts.length > known.length ? { 'ops_monitor.spans_left_out': parts.length - known.length } : {}),
    },
    ...(outcome === 'ok' ? {} : { failure: problems.at(-1) ?? 'failed without a reason' }),
  };
  const spans = known.map(({ step, number, parent }): Span => {
    const at = startMs + (step.began - began);
    const { failure, attributes, name } = step;
    return {
      traceId,
      spanId: numberedSpanId(ownRunId, number),
      parentSpanId: numberedSpanId(ownRunId, parent),
      name,
      startMs: at,
      endMs: at + step.ms,
      attributes: { ...attributes, ...(failure ? { 'error.type': failure.kind } : {}) },
      ...(failure ? { failure: failure.reason } : {}),
    };
  });
  if (cycleStartedAt === undefined || traceId === ownRunId) return [own, ...spans];
  const missing = counts['missing'] ?? 0;
  const whole: Span = {
    traceId,
    spanId: cycleSpanId(traceId),
    name: 'cycle',
    startMs: Date.parse(cycleStartedAt),
    endMs,
    attributes: {
      'ops_monitor.run_id': traceId,
      'ops_monitor.outcome': missing === 0 ? 'ok' : 'failed',
      'ops_monitor.count.missing': missing,
    },
    ...(missing === 0 ? {} : { failure: problems[0] ?? 'something is missing' }),
  };
  return [whole, own, ...spans];
}

interface Numbered {
  readonly step: Step;
  readonly number: number;
  readonly parent: number;
}

/** All steps before their parts, so that a limit cuts off parts first. */
function numbered(steps: readonly Step[]): Numbered[] {
  const found: Numbered[] = [];
  let level = steps.map((step) => ({ step, parent: 0 }));
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { step, parent } of level) {
      const number = found.length + 1;
      found.push({ step, number, parent });
      for (const part of step.parts ?? []) next.push({ step: part, parent: number });
    }
    level = next;
  }
  return found;
}
